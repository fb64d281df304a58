"""Client messages are decoded, or refused with their first fault."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.catalog import Money
from app.domain.ops import AcceptLine, AddLine, BadOp, Op, Undo
from app.protocol.decode import ClientMessage, Hello, SubmitOp, decode, decode_op
from app.protocol.json import BadFrame, BadValue
from tests.protocol.client_messages import CLIENT_MESSAGES, MILK, OPS
from tests.protocol.samples import BAD, ODD_BUT_FINE, SAID_BY_CLIENTS, Fields, frame

HELLO = SAID_BY_CLIENTS["hello_first"]
NUMBERED = {name: each for name, each in BAD.items() if each["fault"] == "op"}


def fault_of(frame: bytes) -> str:
    """Return the fault of *frame*, or "" without one; any other exception fails the test."""
    try:
        message = decode(frame)
    except (BadFrame, BadValue) as fault:
        return str(fault) or "without a word"
    assert isinstance(message, ClientMessage)
    return ""


def test_every_client_sample_has_a_value() -> None:
    assert CLIENT_MESSAGES.keys() | OPS.keys() == SAID_BY_CLIENTS.keys()


@pytest.mark.parametrize("name", CLIENT_MESSAGES)
def test_a_client_message_is_decoded_to(name: str) -> None:
    assert decode(frame(SAID_BY_CLIENTS[name])) == CLIENT_MESSAGES[name]


@pytest.mark.parametrize("name", OPS)
def test_an_op_is_decoded_to(name: str) -> None:
    submitted = decode(frame(SAID_BY_CLIENTS[name]))

    assert isinstance(submitted, SubmitOp)
    assert (submitted.n, submitted.op) == OPS[name]
    assert type(submitted.op) is type(OPS[name][1])


@pytest.mark.parametrize("name", ODD_BUT_FINE)
def test_equivalent_spellings_are_decoded_alike(name: str) -> None:
    twin = SAID_BY_CLIENTS[ODD_BUT_FINE[name]["like"]]

    assert decode(ODD_BUT_FINE[name]["text"].encode()) == decode(frame(twin))


@pytest.mark.parametrize("name", [name for name in BAD if BAD[name]["fault"] == "frame"])
def test_a_frame_is_refused(name: str) -> None:
    with pytest.raises(BadFrame):
        decode(BAD[name]["text"].encode())


@pytest.mark.parametrize("name", [name for name in BAD if BAD[name]["fault"] == "value"])
def test_a_value_is_refused(name: str) -> None:
    with pytest.raises(BadValue):
        decode(BAD[name]["text"].encode())


@pytest.mark.parametrize("name", NUMBERED)
def test_an_invalid_op_with_a_number_is_a_bad_op(name: str) -> None:
    submitted = decode(NUMBERED[name]["text"].encode())

    assert isinstance(submitted, SubmitOp)
    assert (submitted.n, submitted.op) == (1, BadOp())


@pytest.mark.parametrize(
    ("op", "fields"),
    [
        (AddLine(MILK, 1, Money(1)), {"k": "line.add", "sku": MILK, "qty": 1, "seen": 1}),
        (AcceptLine(MILK, Money(1)), {"k": "line.accept", "sku": MILK, "price": 1}),
        (Undo(0), {"k": "undo", "rev": 0}),
    ],
    ids=["seen", "price", "rev"],
)
def test_the_smallest_allowed_number_is_decoded(op: Op, fields: Fields) -> None:
    submitted = decode(frame({"t": "op", "n": 1, **fields}))

    assert isinstance(submitted, SubmitOp)
    assert submitted.op == op


def test_the_first_op_may_be_pending() -> None:
    hello = decode(frame({**HELLO, "pend": [1]}))

    assert isinstance(hello, Hello)
    assert hello.pend == (1,)


@pytest.mark.parametrize(
    ("field", "value"),
    [("tab", 7), ("gen", 0), ("outbox", "a91e"), ("at", 41), ("pend", [2, 1])],
)
def test_a_fault_names_its_field(field: str, value: object) -> None:
    with pytest.raises(BadValue, match=f"^{field}: "):
        decode(frame({**HELLO, field: value}))


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"t": []}, "t: not a type of message"),
        ({"t": "ping", "id": "7"}, "id: a whole number is needed"),
        ({"t": "ping", "id": 2**53}, f"id: {1 - 2**53} to {2**53 - 1} is allowed"),
        ({"t": "ping", "id": 7, "x": [[[[]]]]}, "nested deeper than 4"),
        ({"t": "watch", "skus": 7}, "skus: a list is needed"),
        ({"t": "watch", "skus": ["Milk"]}, "skus: not a SKU"),
        ({"t": "watch", "skus": ["a"] * 201}, "skus: at most 200 are allowed"),
        ({**HELLO, "tab": "5F"}, "tab: a lower-case UUID is needed"),
        ({**HELLO, "at": 41}, "at: a string is needed"),
        ({**HELLO, "at": "\0"}, "at: no control characters or lone surrogates"),
        ({**HELLO, "pend": [0]}, f"pend: 1 to {2**53 - 1} is allowed"),
        ({**HELLO, "pend": [2, 1]}, "pend: ascending numbers are needed"),
    ],
)
def test_a_fault_says_what_is_valid(said: Fields, fault: str) -> None:
    assert fault_of(frame(said)) == fault


def test_a_fault_fits_into_a_close_reason() -> None:
    faults = [fault for each in BAD.values() if (fault := fault_of(each["text"].encode()))]

    assert len(faults) == len(BAD) - len(NUMBERED)
    assert max(len(fault.encode()) for fault in faults) <= 100


def test_an_op_over_http_is_decoded_like_one_on_a_socket() -> None:
    said = SAID_BY_CLIENTS["op_line_add_seen"]

    over_http = decode_op({name: value for name, value in said.items() if name != "t"})

    assert over_http == decode(frame(said))


@given(st.text())
@example('{"t":"ping","id":7}')
def test_any_text_is_decoded_or_has_a_fault(text: str) -> None:
    fault_of(text.encode())


VALUES: list[object] = [
    None,
    True,
    0,
    1,
    18,
    99,
    100,
    2**53,
    1.0,
    1e400,
    "",
    "undo",
    "milk-2l",
    "\ud800",
    [],
    {},
]
NAMES = sorted({name for said in SAID_BY_CLIENTS.values() for name in said} | {"mood"})
some_value = st.sampled_from(VALUES) | st.integers() | st.text(max_size=3)
some_values = some_value | st.lists(some_value, max_size=3) | st.just({"a": [["b"]]})
some_changes = st.dictionaries(st.sampled_from(NAMES), some_values, max_size=4)


@given(st.sampled_from(sorted(SAID_BY_CLIENTS)), some_changes)
def test_a_message_with_an_arbitrary_field_is_decoded_or_has_a_fault(
    name: str, changes: dict[str, object]
) -> None:
    fault_of(frame({**SAID_BY_CLIENTS[name], **changes}))


@given(st.sampled_from(sorted(SAID_BY_CLIENTS)), st.data())
def test_a_truncated_or_corrupt_message_is_decoded_or_has_a_fault(
    name: str, data: st.DataObject
) -> None:
    sent = frame(SAID_BY_CLIENTS[name])
    at = data.draw(st.integers(0, len(sent)))
    there = data.draw(st.sampled_from(["", '"', "{", "]", "\\", "\x00", "9", "NaN", "\\ud800"]))

    fault_of(sent[:at] + there.encode() + sent[at + 1 :])


@given(some_changes)
def test_invalid_values_in_a_numbered_op_never_close_the_connection(
    changes: dict[str, object],
) -> None:
    said = {"k": "line.add", "sku": "milk-2l", "qty": 1, **changes, "t": "op", "n": 18}

    try:
        submitted = decode(frame(said))
    except BadFrame:
        return

    assert isinstance(submitted, SubmitOp)
    assert submitted.n == 18
