"""Ops are decoded by a faster decoder, which must agree with the one for all messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ops import AddLine, Kind
from app.protocol.decode import ClientMessage, SubmitOp, decode
from app.protocol.json import BadFrame, BadValue
from tests.protocol.client_messages import MILK, OPS
from tests.protocol.samples import BAD, ODD_BUT_FINE, SAID_BY_CLIENTS, frame

FRAMES = [
    *(frame(said) for said in SAID_BY_CLIENTS.values()),
    *(each["text"].encode() for each in (*BAD.values(), *ODD_BUT_FINE.values())),
]


def outcome_of(sent: bytes) -> ClientMessage | str:
    """Return the message in *sent*, or its fault."""
    try:
        return decode(sent)
    except (BadFrame, BadValue) as fault:
        return f"{type(fault).__name__}: {fault}"


def slow_outcome_of(sent: bytes) -> ClientMessage | str:
    """Return the same by the slower decoder, which takes what does not begin as an op does."""
    return outcome_of(b" " + sent)


@pytest.mark.parametrize("sent", FRAMES, ids=range(len(FRAMES)))
def test_both_decoders_agree_on_every_sample(sent: bytes) -> None:
    assert outcome_of(sent) == slow_outcome_of(sent)


@pytest.mark.parametrize(
    "rest",
    [
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1,"n":2',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1,"\\u006e":2',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1,"t":"op"',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1,"seen":null',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1,"seen":0',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1.0',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1e0',
        '"n":1,"k":"line.add","sku":"Milk","qty":1',
        '"n":1,"k":"line.add","sku":"a:b","qty":1',
        '"n":1,"k":"line.add","sku":"milk-2l","sku":"milk-2l","qty":1',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":true',
        '"n":1,"k":"line.add","sku":"milk-2l","qty":1,"x":7',
        '"n":1.0,"k":"undo"',
        '"n":0,"k":"undo"',
        '"n":9007199254740992,"k":"undo"',
        '"n":1,"k":"undo","rev":null',
        '"n":1,"k":"undo","rev":-1',
        '"n":1,"k":"undo","k":"undo"',
        '"k":"undo"',
        '"n":1,"k":"undo","sku":"milk-2l"',
        '"n":1,"k":"line.save","sku":"milk-2l","x":{"k":"undo"}',
        '"n":1,"k":"line.save","sku":"milk-2l","x":[[[[]]]]',
    ],
)
def test_both_decoders_agree_on_unusual_ops(rest: str) -> None:
    sent = f'{{"t":"op",{rest}}}'.encode()

    assert outcome_of(sent) == slow_outcome_of(sent)


@pytest.mark.parametrize("after", [b" ", b"\n", b"", b"x", b"{}", b"\0"])
def test_both_decoders_agree_on_what_follows_an_op(after: bytes) -> None:
    sent = frame(SAID_BY_CLIENTS["op_line_add"]) + after

    assert outcome_of(sent) == slow_outcome_of(sent)


NAMES = ["n", "n", "k", "k", "sku", "qty", "seen", "price", "text", "code", "rev", "t", "\\u006e"]
VALUES = [
    *("0", "1", "18", "99", "100", "1.0", "-1", "9007199254740992", "true", "null", "[]", "{}"),
    *('"milk-2l"', '"Milk"', '"a:b"', '"op"', '"\\u0061"', '{"n":1}', "NaN", "", "1 ", "[[[[]]]]"),
    *(f'"{kind}"' for kind in Kind),
]
some_members = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=6)


@given(st.sampled_from([*OPS]), some_members)
def test_both_decoders_agree_on_any_op(name: str, members: list[tuple[str, str]]) -> None:
    more = "".join(f',"{key}":{value}' for key, value in members)
    sent = frame(SAID_BY_CLIENTS[name])[:-1] + more.encode() + b"}"

    assert outcome_of(sent) == slow_outcome_of(sent)


@given(some_members)
def test_both_decoders_agree_on_any_fields(members: list[tuple[str, str]]) -> None:
    fields = ",".join(f'"{key}":{value}' for key, value in members)
    sent = f'{{"t":"op",{fields}}}'.encode()

    assert outcome_of(sent) == slow_outcome_of(sent)


def test_an_op_has_the_same_digest_on_both_ways() -> None:
    said = SAID_BY_CLIENTS["op_line_add"]

    quickly, slowly = decode(frame(said)), decode(b" " + frame(said))

    assert quickly == slowly == SubmitOp(1, AddLine(MILK, 1), "/NEEZg")
