"""What a tab asked to see, by itself."""

from app.ws.snapshot_requests import Requested, SnapshotRequests
from tests.ws.clock import passes, soon


class Answers:
    """What was answered, and when nobody stops to ask."""

    def __init__(self) -> None:
        self.given: list[Requested] = []
        self.requests = SnapshotRequests(self.given.append)

    def asks(self, *requests: Requested) -> None:
        """Ask for all of these at once."""
        for look in requests:
            self.requests.add(look)

    def taken(self) -> list[Requested]:
        """Return what was answered since this was asked last."""
        given = self.given.copy()
        self.given.clear()
        return given


async def test_a_look_is_answered_at_once() -> None:
    answers = Answers()

    answers.asks(Requested.CART, Requested.WATCHED)

    assert answers.taken() == [Requested.CART, Requested.WATCHED]


async def test_beyond_ten_one_of_each_is_owed_in_the_order_in_which_they_were_asked() -> None:
    answers = Answers()
    answers.asks(*[Requested.CART] * 10)
    answers.taken()

    answers.asks(Requested.WATCHED, Requested.CART, Requested.WATCHED, Requested.CART)
    assert answers.taken() == []
    await passes(0.5)
    assert answers.taken() == [Requested.WATCHED]
    await passes(0.5)
    assert answers.taken() == [Requested.CART]
    await passes(60)
    assert answers.taken() == []


async def test_the_bucket_fills_by_two_a_second_and_up_to_ten() -> None:
    answers = Answers()
    answers.asks(*[Requested.CART] * 10)
    await passes(60)
    answers.taken()

    answers.asks(*[Requested.CART] * 20)

    assert len(answers.taken()) == 10


async def test_a_question_asked_while_one_is_owed_waits_its_turn() -> None:
    answers = Answers()
    answers.asks(*[Requested.CART] * 11)
    answers.taken()
    await passes(0.3)

    answers.asks(Requested.WATCHED)
    await passes(0.2)
    assert answers.taken() == [Requested.CART]
    await passes(0.5)

    assert answers.taken() == [Requested.WATCHED]


async def test_who_stops_asking_is_owed_nothing() -> None:
    answers = Answers()
    answers.asks(*[Requested.CART] * 11)
    answers.taken()

    answers.requests.stop()
    await passes(10)

    assert answers.taken() == []


async def test_who_was_owed_nothing_can_stop_too() -> None:
    answers = Answers()

    answers.requests.stop()
    await soon()

    assert answers.taken() == []
