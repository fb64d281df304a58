"""Requests for snapshots and prices, and their rate limit."""

from app.ws.snapshot_requests import Requested, SnapshotRequests
from tests.ws.clock import passes, soon


class Answers:
    """Snapshot requests, and their answers."""

    def __init__(self) -> None:
        self.given: list[Requested] = []
        self.requests = SnapshotRequests(self.given.append)

    def adds(self, *requests: Requested) -> None:
        """Add all *requests* at once."""
        for request in requests:
            self.requests.add(request)

    def taken(self) -> list[Requested]:
        """Return the answers since the last call."""
        given = self.given.copy()
        self.given.clear()
        return given


async def test_a_request_is_answered_at_once() -> None:
    answers = Answers()

    answers.adds(Requested.CART, Requested.WATCHED)

    assert answers.taken() == [Requested.CART, Requested.WATCHED]


async def test_beyond_ten_one_request_of_each_kind_is_deferred_in_order() -> None:
    answers = Answers()
    answers.adds(*[Requested.CART] * 10)
    answers.taken()

    answers.adds(Requested.WATCHED, Requested.CART, Requested.WATCHED, Requested.CART)
    assert answers.taken() == []
    await passes(0.5)
    assert answers.taken() == [Requested.WATCHED]
    await passes(0.5)
    assert answers.taken() == [Requested.CART]
    await passes(60)
    assert answers.taken() == []


async def test_the_bucket_fills_by_two_a_second_and_up_to_ten() -> None:
    answers = Answers()
    answers.adds(*[Requested.CART] * 10)
    await passes(60)
    answers.taken()

    answers.adds(*[Requested.CART] * 20)

    assert len(answers.taken()) == 10


async def test_a_request_waits_behind_a_deferred_one() -> None:
    answers = Answers()
    answers.adds(*[Requested.CART] * 11)
    answers.taken()
    await passes(0.3)

    answers.adds(Requested.WATCHED)
    await passes(0.2)
    assert answers.taken() == [Requested.CART]
    await passes(0.5)

    assert answers.taken() == [Requested.WATCHED]


async def test_stopping_drops_deferred_requests() -> None:
    answers = Answers()
    answers.adds(*[Requested.CART] * 11)
    answers.taken()

    answers.requests.stop()
    await passes(10)

    assert answers.taken() == []


async def test_stopping_without_deferred_requests_does_nothing() -> None:
    answers = Answers()

    answers.requests.stop()
    await soon()

    assert answers.taken() == []
