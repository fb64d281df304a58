"""Strict JSON, as the protocol requires it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ops import BadOp
from app.protocol.decode import SubmitOp, decode
from app.protocol.json import DEEPEST, BadFrame, BadValue, read_object, sku, text
from tests.protocol.samples import SAID_BY_CLIENTS

HUGE = "9" * 5000
"""More digits than Python reads as an integer."""


def depth(value: object) -> int:
    """Return how many objects and lists are around the innermost value."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


some_nested = st.recursive(
    st.sampled_from([None, 7, "{[{[", "]}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), some_nested, max_size=3))
def test_an_object_is_read_unchanged_down_to_depth_4_and_refused_below(
    value: dict[str, Any],
) -> None:
    if depth(value) <= DEEPEST:
        assert read_object(json.dumps(value)) == value
    else:
        with pytest.raises(BadFrame, match="nested deeper than 4"):
            read_object(json.dumps(value))


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_the_deepest_possible_nesting_is_refused_without_a_crash(bracket: str) -> None:
    with pytest.raises(BadFrame, match="nested deeper than 4"):
        read_object(bracket * (8192 // len(bracket)))


def test_a_number_with_too_many_digits_is_an_invalid_value() -> None:
    with pytest.raises(BadValue, match=r"^id: a whole number is needed"):
        decode(f'{{"t":"ping","id":{HUGE}}}'.encode())


def test_a_number_with_too_many_digits_is_an_invalid_position() -> None:
    hello = {**SAID_BY_CLIENTS["hello_first"], "at": 7}

    with pytest.raises(BadValue, match=r"^at: a string is needed"):
        decode(json.dumps(hello).replace('"at": 7', f'"at": {HUGE}').encode())


def test_an_op_with_a_number_of_too_many_digits_is_a_bad_op() -> None:
    submitted = decode(f'{{"t":"op","n":1,"k":"line.add","sku":"milk-2l","qty":{HUGE}}}'.encode())

    assert isinstance(submitted, SubmitOp)
    assert (submitted.n, submitted.op) == (1, BadOp())


def test_a_number_with_too_many_digits_in_an_unknown_field_is_ignored() -> None:
    assert decode(f'{{"t":"resync","x":-{HUGE}}}'.encode()) == decode(b'{"t":"resync"}')


@pytest.mark.parametrize(
    ("rest", "fault"),
    [
        ("", "not JSON"),
        (',"id":7}', "a key stands twice"),
        (',"x":NaN}', "NaN is not JSON"),
        (',"x":' + "[" * 3000, "nested deeper than 4"),
    ],
)
def test_the_text_after_a_number_with_too_many_digits_is_checked_as_usual(
    rest: str, fault: str
) -> None:
    with pytest.raises(BadFrame, match=fault):
        decode(f'{{"t":"ping","id":{HUGE}{rest}'.encode())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nonsense", "not JSON"),
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"a":1,"a":1}', "a key stands twice"),
        ('{"a":-Infinity}', "-Infinity is not JSON"),
        ("{}", "t: not a type of message"),
    ],
)
def test_the_fault_of_a_frame_is_described(text: str, fault: str) -> None:
    with pytest.raises(BadFrame) as caught:
        decode(text.encode())

    assert str(caught.value) == fault


@pytest.mark.parametrize("spelled", ["1.0", "1e0", "10E-1", "true", '"1"', "null", "[1]"])
def test_only_an_integer_is_accepted_as_a_whole_number(spelled: str) -> None:
    with pytest.raises(BadValue, match=r"^id: a whole number is needed"):
        decode(f'{{"t":"ping","id":{spelled}}}'.encode())


@pytest.mark.parametrize("code", [*range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), 0x7F, 0x85, 0x9F])
def test_a_control_character_makes_a_bad_op(code: int) -> None:
    assert _note(chr(code)) == BadOp()


@pytest.mark.parametrize("text", ["\n", "\t", " ", "\xa0", "\u2028", "\u200d", "\U0010ffff"])
def test_every_other_character_is_accepted_in_a_note(text: str) -> None:
    assert _note(text) != BadOp()


def test_lengths_count_code_points() -> None:
    assert _note("e\u0301" * 250) != BadOp()
    assert _note("e\u0301" * 250 + "x") == BadOp()


def _note(text: str) -> object:
    submitted = decode(json.dumps({"t": "op", "n": 1, "k": "note.set", "text": text}).encode())
    assert isinstance(submitted, SubmitOp)
    return submitted.op


some_plain = st.text('abn{}[]:,"\\\\ 0159.eE-\t\x7f', max_size=12).map(
    lambda middle: f'{{"a{middle}}}'
)


@given(some_plain)
def test_the_fast_decoder_agrees_with_the_strict_one_or_defers_to_it(text: str) -> None:
    """Both decoders must accept the same texts, with the same result."""
    nested = f'{text[:-1]},"nested":[]}}' if len(text) > len('{"a}') else text
    try:
        slowly = read_object(nested)
    except BadFrame:
        slowly = {}
    slowly.pop("nested", None)

    try:
        quickly = read_object(text)
    except BadFrame:
        quickly = {}

    assert quickly == slowly
    assert list(map(type, quickly.values())) == list(map(type, slowly.values()))


@pytest.mark.parametrize("text", ['{"t":"a","t":"a"}', '{"t" :1,"t":2}', '{"t":{"a":1,"a":1}}'])
def test_a_duplicate_key_is_detected_however_it_is_spelled(text: str) -> None:
    with pytest.raises(BadFrame, match="a key stands twice"):
        read_object(text)


@pytest.mark.parametrize("value", [None, 7, "", "Milk", "-milk", "a" * 65, "milk\n"])
def test_an_invalid_sku_is_reported_with_its_field(value: object) -> None:
    with pytest.raises(BadValue) as caught:
        sku({"first": value}, "first")

    assert str(caught.value) == "first: not a SKU"


@pytest.mark.parametrize("value", ["", "xxxx"])
def test_a_text_of_invalid_length_is_reported_with_its_field(value: str) -> None:
    with pytest.raises(BadValue) as caught:
        text({"name": value}, "name", 3, 1)

    assert str(caught.value) == "name: 1 to 3 characters are allowed"
