"""The client's outbox: numbering, sending again, settling."""

import json

import pytest

from app.client.outbox import MOST_WAITING, Outbox, OutboxFull
from app.domain.ops import SetNote
from app.domain.outbox import OutboxId
from app.domain.verdicts import Code, No, Ok

HERE, ANEW = OutboxId("here"), OutboxId("anew")


def outbox_of(*texts: str) -> Outbox[str]:
    """Return an outbox with these notes waiting; the waiter of `milk` is `MILK`."""
    outbox: Outbox[str] = Outbox(HERE)
    for text in texts:
        outbox.put(SetNote(text), text.upper())
    return outbox


def text_of(body: str | None) -> str | None:
    return body and json.loads("{" + body)["text"]


def taken(outbox: Outbox[str], inflight: int = 32) -> list[tuple[int, str | None]]:
    return [(n, text_of(body)) for n, body in outbox.take(inflight)]


def numbers(outbox: Outbox[str], inflight: int = 32) -> list[int]:
    return [n for n, _ in taken(outbox, inflight)]


def test_ops_are_numbered_from_one_and_taken_once_in_order() -> None:
    outbox = outbox_of("milk", "eggs")
    assert taken(outbox) == [(1, "milk"), (2, "eggs")]
    assert taken(outbox) == []
    assert outbox.put(SetNote("tea"), "TEA") == 3
    assert taken(outbox) == [(3, "tea")]


def test_no_more_are_in_flight_than_the_server_allows() -> None:
    outbox = outbox_of(*"abcde")
    assert numbers(outbox, inflight=3) == [1, 2, 3]
    assert numbers(outbox, inflight=3) == []
    outbox.settle(Ok(1, 1))
    assert numbers(outbox, inflight=3) == [4]


def test_never_more_are_in_flight_than_a_hello_can_name() -> None:
    outbox = outbox_of(*"x" * 100)
    assert len(taken(outbox, inflight=1000)) == 32
    assert outbox.pend == list(range(1, 33))


def test_a_verdict_returns_the_waiter_once() -> None:
    outbox = outbox_of("milk", "eggs")
    taken(outbox)
    assert outbox.settle(No(2, Code.SOLD_OUT, (), 0, "Sold out.")) == "EGGS"
    assert outbox.settle(No(2, Code.SOLD_OUT, (), 0, "Sold out.")) is None
    assert outbox.settle(Ok(1, 1)) == "MILK"
    assert (len(outbox), outbox.settled) == (0, 2)


def test_pend_has_sent_ops_without_a_verdict_even_if_requeued() -> None:
    outbox = outbox_of(*"abcd")
    assert outbox.pend == []
    numbers(outbox, inflight=3)
    assert outbox.pend == [1, 2, 3]
    outbox.settle(Ok(1, 1))
    outbox.requeue_all()
    assert outbox.pend == [2, 3]
    assert numbers(outbox) == [2, 3, 4]


def test_an_op_can_be_settled_while_it_waits_to_be_sent_again() -> None:
    outbox = outbox_of(*"abc")
    taken(outbox)
    outbox.requeue_all()
    assert outbox.settle(Ok(2, 2)) == "B"
    assert numbers(outbox) == [1, 3]


def test_after_a_pause_ops_are_sent_again_in_order() -> None:
    outbox = outbox_of(*"abcd")
    numbers(outbox, inflight=3)
    outbox.pause_at(2)
    assert taken(outbox) == []
    assert outbox.settle(Ok(1, 1)) == "A"
    outbox.resume()
    assert taken(outbox) == [(2, "b"), (3, "c"), (4, "d")]


def test_a_need_requeues_from_the_missing_op() -> None:
    outbox = outbox_of(*"abcd")
    taken(outbox)
    outbox.settle(Ok(1, 1))
    assert outbox.resend_from(3)
    assert numbers(outbox) == [3, 4]


def test_a_repeated_need_requeues_once() -> None:
    outbox = outbox_of(*"abcd")
    taken(outbox)
    assert outbox.resend_from(2)
    assert numbers(outbox) == [2, 3, 4]
    assert outbox.resend_from(2)
    assert numbers(outbox) == []
    outbox.requeue_all()
    taken(outbox)
    assert outbox.resend_from(2)
    assert numbers(outbox) == [2, 3, 4]


def test_a_settled_or_unknown_op_cannot_be_sent_again() -> None:
    outbox = outbox_of(*"ab")
    taken(outbox)
    outbox.settle(Ok(1, 1))
    assert not outbox.resend_from(1)
    assert not outbox.resend_from(3)


def test_a_new_outbox_numbers_what_waits_from_one() -> None:
    outbox = outbox_of(*"abcd")
    numbers(outbox, inflight=3)
    outbox.settle(Ok(1, 1))
    outbox.restart(ANEW)
    assert (outbox.name, outbox.settled, outbox.pend) == (ANEW, 0, [])
    assert taken(outbox) == [(1, "b"), (2, "c"), (3, "d")]
    assert outbox.settle(Ok(1, 7)) == "B"
    assert outbox.put(SetNote("e"), "E") == 4


def test_the_newest_settled_ops_are_remembered() -> None:
    outbox = outbox_of(*(str(n) for n in range(1, 41)))
    for n in range(1, 36):
        taken(outbox)
        outbox.settle(Ok(n, n))
    assert outbox.body(3) is None
    assert text_of(outbox.body(4)) == "4"
    assert text_of(outbox.body(38)) == "38"
    assert outbox.body(99) is None


def test_an_outbox_takes_only_so_much() -> None:
    outbox = outbox_of(*"x" * MOST_WAITING)
    with pytest.raises(OutboxFull):
        outbox.put(SetNote("one more"), "")
    taken(outbox)
    outbox.settle(Ok(1, 1))
    assert outbox.put(SetNote("one more"), "") == MOST_WAITING + 1


def test_ops_without_a_verdict_are_listed_with_their_numbers() -> None:
    outbox = outbox_of(*"abcd")
    numbers(outbox, inflight=3)
    outbox.settle(Ok(1, 1))
    outbox.pause_at(3)
    assert outbox.unsettled == [(2, SetNote("b")), (3, SetNote("c")), (4, SetNote("d"))]
    assert outbox.waiters == ["B", "C", "D"]


def test_a_text_that_cannot_be_encoded_takes_no_number() -> None:
    outbox = outbox_of()
    with pytest.raises(UnicodeEncodeError):
        outbox.put(SetNote("\ud800"), "")
    assert outbox.put(SetNote("a"), "A") == 1


def test_a_cleared_outbox_is_empty() -> None:
    outbox = outbox_of(*"abc")
    numbers(outbox, inflight=1)
    outbox.clear()
    assert (len(outbox), outbox.unsettled, outbox.waiters) == (0, [], [])
    assert taken(outbox) == []
