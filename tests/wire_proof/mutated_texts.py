"""Randomly mutated client messages: unusual fields, and invalid text."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.protocol.samples import BAD, ODD_BUT_FINE, SAID_BY_CLIENTS, SAID_BY_THE_SHOP

Fields = dict[str, Any]

LARGEST = 8192
SAMPLES = [message for name, message in SAID_BY_CLIENTS.items() if not name.startswith("hello")]
OTHERS: list[str] = [each["text"] for each in (*BAD.values(), *ODD_BUT_FINE.values())] + [
    json.dumps(message) for message in SAID_BY_THE_SHOP.values()
]
ODD: list[object] = [
    *(None, True, False, 0, 1, -1, 99, 100, 1.0, 1.5, 1e400, 2**53, 2**53 - 1, -(2**53), 10**30),
    *("", " ", "undo", "milk-2l", "Milk", "\0", "\x7f", "\ud800", "\u2028", "🍎", "a" * 501),
    *([], {}, [[]], {"a": {}}, [[[]]], [[[[]]]], [1, 2], ["milk-2l"] * 201, {"__proto__": 1}),
]
TOKENS = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\\",
        b"\\ud800",
        b"\\u0000",
        b"NaN",
        b"-Infinity",
    ),
    *(
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
        b"null",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
    ),
    *(b"\xf0\x9f\x8d\x8e", b"\t", b"\r\n", b"[" * 3000, b'"t":"op",'),
)


def mutated_text(chance: Random, n: int) -> bytes:
    """Return a message, valid or not; *n* is the number of the next op."""
    if chance.random() < 0.05:
        text = chance.choice(OTHERS).encode("utf-8", "surrogatepass")
    else:
        text = _encoded(chance, _mutated_fields(chance, n))
    for _ in range(chance.choice((0, 0, 0, 0, 0, 1, 1, 2, 3))):
        text = chance.choice(TEXT_MUTATIONS)(chance, text)
    return text


def _mutated_fields(chance: Random, n: int) -> Fields:
    fields = dict(chance.choice(SAMPLES))
    if "n" in fields and chance.random() < 0.9:
        fields["n"] = chance.choice((n, n, n, n, n, n - 1, n + 1))
    for _ in range(chance.choice((0, 1, 1, 2))):
        chance.choice(FIELD_MUTATIONS)(chance, fields)
    return fields


def _encoded(chance: Random, fields: Fields) -> bytes:
    text = json.dumps(fields, ensure_ascii=chance.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def _with_odd_value(chance: Random, fields: Fields) -> None:
    fields[_some_field(chance, fields)] = chance.choice(ODD)


def _with_extra_field(chance: Random, fields: Fields) -> None:
    fields[chance.choice(("x", "__proto__", "seen", "rev", "code", "pend"))] = chance.choice(ODD)


def _without_field(chance: Random, fields: Fields) -> None:
    fields.pop(_some_field(chance, fields), None)


def _in_another_order(chance: Random, fields: Fields) -> None:
    pairs = list(fields.items())
    chance.shuffle(pairs)
    fields.clear()
    fields.update(pairs)


def _some_field(chance: Random, fields: Fields) -> str:
    """Choose a field; rarely `t` or `n`, because without them no other field is validated."""
    inner = [name for name in fields if name not in {"t", "n"}]
    return chance.choice(inner if inner and chance.random() < 0.9 else [*fields, "x"])


def _with_flipped_bits(chance: Random, text: bytes) -> bytes:
    corrupted = bytearray(text or b"\0")
    for _ in range(chance.randint(1, 3)):
        corrupted[chance.randrange(len(corrupted))] ^= 1 << chance.randrange(8)
    return bytes(corrupted)


def _with_token(chance: Random, text: bytes) -> bytes:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(TOKENS) + text[at + chance.randint(0, 2) :]


def _without_part(chance: Random, text: bytes) -> bytes:
    at = chance.randint(0, len(text))
    return text[:at] + text[at + chance.randint(1, 20) :]


def _with_part_twice(chance: Random, text: bytes) -> bytes:
    at, size = chance.randint(0, len(text)), chance.randint(1, 40)
    return text[: at + size] + text[at:]


def _with_size_near_the_limit(chance: Random, text: bytes) -> bytes:
    return text.ljust(LARGEST + chance.choice((-1, 0, 0, 1, 4000)))


def _within_brackets(chance: Random, text: bytes) -> bytes:
    depth = chance.choice((1, 2, 3, 4, 1000))
    return b"[" * depth + text + b"]" * depth


FIELD_MUTATIONS: tuple[Callable[[Random, Fields], None], ...] = (
    _with_odd_value,
    _with_odd_value,
    _with_extra_field,
    _without_field,
    _in_another_order,
)
TEXT_MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _with_flipped_bits,
    _with_token,
    _without_part,
    _with_part_twice,
    _with_size_near_the_limit,
    _within_brackets,
)
