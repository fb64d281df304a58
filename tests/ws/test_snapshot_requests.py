"""What a tab asked to see, by itself."""

from app.ws.snapshot_requests import Look, Looks
from tests.ws.clock import passes, soon


class Answers:
    """What was answered, and when nobody stops to ask."""

    def __init__(self) -> None:
        self.given: list[Look] = []
        self.looks = Looks(self.given.append)

    def asks(self, *looks: Look) -> None:
        """Ask for all of these at once."""
        for look in looks:
            self.looks.ask(look)

    def taken(self) -> list[Look]:
        """Return what was answered since this was asked last."""
        given = self.given.copy()
        self.given.clear()
        return given


async def test_a_look_is_answered_at_once() -> None:
    answers = Answers()

    answers.asks(Look.CART, Look.WATCHED)

    assert answers.taken() == [Look.CART, Look.WATCHED]


async def test_beyond_ten_one_of_each_is_owed_in_the_order_in_which_they_were_asked() -> None:
    answers = Answers()
    answers.asks(*[Look.CART] * 10)
    answers.taken()

    answers.asks(Look.WATCHED, Look.CART, Look.WATCHED, Look.CART)
    assert answers.taken() == []
    await passes(0.5)
    assert answers.taken() == [Look.WATCHED]
    await passes(0.5)
    assert answers.taken() == [Look.CART]
    await passes(60)
    assert answers.taken() == []


async def test_the_bucket_fills_by_two_a_second_and_up_to_ten() -> None:
    answers = Answers()
    answers.asks(*[Look.CART] * 10)
    await passes(60)
    answers.taken()

    answers.asks(*[Look.CART] * 20)

    assert len(answers.taken()) == 10


async def test_a_question_asked_while_one_is_owed_waits_its_turn() -> None:
    answers = Answers()
    answers.asks(*[Look.CART] * 11)
    answers.taken()
    await passes(0.3)

    answers.asks(Look.WATCHED)
    await passes(0.2)
    assert answers.taken() == [Look.CART]
    await passes(0.5)

    assert answers.taken() == [Look.WATCHED]


async def test_who_stops_asking_is_owed_nothing() -> None:
    answers = Answers()
    answers.asks(*[Look.CART] * 11)
    answers.taken()

    answers.looks.stop()
    await passes(10)

    assert answers.taken() == []


async def test_who_was_owed_nothing_can_stop_too() -> None:
    answers = Answers()

    answers.looks.stop()
    await soon()

    assert answers.taken() == []
