"""Ops without a verdict, in their order."""

import pytest

from app.client.outbox import MOST_WAITING, Outbox, OutboxFull
from app.domain.outbox import OutboxId
from app.domain.verdicts import Code, No, Ok

HERE, ANEW = OutboxId("here"), OutboxId("anew")


def outbox_of(*bodies: str) -> Outbox[str]:
    """Return an outbox in which these wait; who asks for `milk` is called `MILK`."""
    outbox: Outbox[str] = Outbox(HERE)
    for body in bodies:
        outbox.put(body, body.upper())
    return outbox


def taken(outbox: Outbox[str], inflight: int = 32) -> list[tuple[int, str]]:
    return list(outbox.take(inflight))


def numbers(outbox: Outbox[str], inflight: int = 32) -> list[int]:
    return [n for n, _ in taken(outbox, inflight)]


def test_ops_are_numbered_from_one_and_taken_once_in_order() -> None:
    outbox = outbox_of("milk", "eggs")
    assert taken(outbox) == [(1, "milk"), (2, "eggs")]
    assert taken(outbox) == []
    assert outbox.put("tea", "TEA") == 3
    assert taken(outbox) == [(3, "tea")]


def test_no_more_are_under_way_than_the_shop_allows() -> None:
    outbox = outbox_of(*"abcde")
    assert numbers(outbox, inflight=3) == [1, 2, 3]
    assert numbers(outbox, inflight=3) == []
    outbox.settle(Ok(1, 1))
    assert numbers(outbox, inflight=3) == [4]


def test_never_more_are_under_way_than_a_hello_can_name() -> None:
    outbox = outbox_of(*"x" * 100)
    assert len(taken(outbox, inflight=1000)) == 32
    assert outbox.pend == list(range(1, 33))


def test_a_verdict_goes_once_to_who_asked() -> None:
    outbox = outbox_of("milk", "eggs")
    taken(outbox)
    assert outbox.settle(No(2, Code.SOLD_OUT, (), 0, "Sold out.")) == "EGGS"
    assert outbox.settle(No(2, Code.SOLD_OUT, (), 0, "Sold out.")) is None
    assert outbox.settle(Ok(1, 1)) == "MILK"
    assert (len(outbox), outbox.settled) == (0, 2)


def test_pending_is_what_was_sent_and_has_no_verdict_whatever_goes_back_in_line() -> None:
    outbox = outbox_of(*"abcd")
    assert outbox.pend == []
    numbers(outbox, inflight=3)
    assert outbox.pend == [1, 2, 3]
    outbox.settle(Ok(1, 1))
    outbox.rewind()
    assert outbox.pend == [2, 3]
    assert numbers(outbox) == [2, 3, 4]


def test_an_op_can_be_settled_while_it_waits_to_be_sent_again() -> None:
    outbox = outbox_of(*"abc")
    taken(outbox)
    outbox.rewind()
    assert outbox.settle(Ok(2, 2)) == "B"
    assert numbers(outbox) == [1, 3]


def test_after_not_now_all_waits_and_then_comes_again_in_order() -> None:
    outbox = outbox_of(*"abcd")
    numbers(outbox, inflight=3)
    outbox.hold(2)
    assert taken(outbox) == []
    assert outbox.settle(Ok(1, 1)) == "A"
    outbox.release()
    assert taken(outbox) == [(2, "b"), (3, "c"), (4, "d")]


def test_a_need_goes_back_to_what_is_missing() -> None:
    outbox = outbox_of(*"abcd")
    taken(outbox)
    outbox.settle(Ok(1, 1))
    assert outbox.has(3)
    assert numbers(outbox) == [3, 4]


def test_a_need_that_is_said_again_for_each_op_that_follows_counts_once() -> None:
    outbox = outbox_of(*"abcd")
    taken(outbox)
    assert outbox.has(2)
    assert numbers(outbox) == [2, 3, 4]
    assert outbox.has(2)
    assert numbers(outbox) == []
    outbox.rewind()
    taken(outbox)
    assert outbox.has(2)
    assert numbers(outbox) == [2, 3, 4]


def test_what_has_a_verdict_is_not_there_to_be_sent_as_new() -> None:
    outbox = outbox_of(*"ab")
    taken(outbox)
    outbox.settle(Ok(1, 1))
    assert not outbox.has(1)
    assert not outbox.has(3)


def test_a_new_outbox_numbers_what_waits_from_one() -> None:
    outbox = outbox_of(*"abcd")
    numbers(outbox, inflight=3)
    outbox.settle(Ok(1, 1))
    outbox.rename(ANEW)
    assert (outbox.name, outbox.settled, outbox.pend) == (ANEW, 0, [])
    assert taken(outbox) == [(1, "b"), (2, "c"), (3, "d")]
    assert outbox.settle(Ok(1, 7)) == "B"
    assert outbox.put("e", "E") == 4


def test_the_newest_settled_ops_are_remembered() -> None:
    outbox = outbox_of(*(str(n) for n in range(1, 41)))
    for n in range(1, 36):
        taken(outbox)
        outbox.settle(Ok(n, n))
    assert outbox.body(3) is None
    assert outbox.body(4) == "4"
    assert outbox.body(38) == "38"
    assert outbox.body(99) is None


def test_an_outbox_takes_only_so_much() -> None:
    outbox = outbox_of(*"x" * MOST_WAITING)
    with pytest.raises(OutboxFull):
        outbox.put("one more", "")
    taken(outbox)
    outbox.settle(Ok(1, 1))
    assert outbox.put("one more", "") == MOST_WAITING + 1


def test_whoever_still_waits_is_told_when_all_is_forgotten() -> None:
    outbox = outbox_of(*"abc")
    numbers(outbox, inflight=1)
    assert outbox.clear() == ["A", "B", "C"]
    assert len(outbox) == 0
    assert taken(outbox) == []
