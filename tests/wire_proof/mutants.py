"""Randomly mutated frames, and the close codes that each may cause (RFC 6455 §5 and §7.4)."""

import struct
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from websockets.frames import Opcode, apply_mask  # type: ignore[attr-defined]

from app.server.frames import MASKED, MEDIUM, SHORT

MASK = b"\x37\xfa\x21\x3d"
PROTOCOL_ERROR, NOT_UTF8, TOO_LARGE, BAD_MESSAGE = 1002, 1007, 1009, 4400
CLOSES = frozenset({PROTOCOL_ERROR, NOT_UTF8, TOO_LARGE, BAD_MESSAGE})
NO_CLOSE_CODE = frozenset({1005, 1006})
BAD_CODES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
GOOD_CODES = (1000, 1001, 1003, 1011, 3000, 4000, 4999)
GOOD = b'{"t":"resync"}'


class Mutant(NamedTuple):
    """Bytes to send, and the codes with which the server may close because of them.

    After a `half_closed` one, the client half-closes: the server must not wait for its rest.
    """

    data: bytes
    close_codes: frozenset[int] = frozenset()
    half_closed: bool = False


def frame(opcode: int, data: bytes, *, fin: bool = True, reserved: int = 0) -> bytes:
    """Return a masked frame; *reserved* is a mask of the three reserved bits."""
    first = fin << 7 | reserved << 4 | opcode
    size = len(data)
    if size <= SHORT:
        head = struct.pack("!BB", first, MASKED | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, MASKED | MEDIUM, size)
    else:
        head = struct.pack("!BBQ", first, MASKED | MEDIUM + 1, size)
    return head + MASK + apply_mask(data, MASK)


def in_fragments(chance: Random, text: bytes) -> bytes:
    """Return *text* in fragments, some of them empty, with pings between them."""
    cuts = sorted(chance.randint(0, len(text)) for _ in range(chance.randint(1, 4)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    pieces = []
    for number, part in enumerate(parts):
        opcode = Opcode.CONT if number else Opcode.TEXT
        pieces.append(frame(opcode, part, fin=number == len(parts) - 1))
        if chance.random() < 0.1:
            pieces.append(frame(chance.choice((Opcode.PING, Opcode.PONG, Opcode.PONG)), part[:9]))
    return b"".join(pieces)


def invalid_frames(chance: Random) -> Mutant:
    """Return frames that violate the protocol."""
    return chance.choice(FAULTS)(chance)


def corrupted_frame(chance: Random, text: bytes) -> Mutant:
    """Return a frame with flipped bits at its beginning, or truncated; any outcome is allowed."""
    corrupted = bytearray(frame(Opcode.TEXT, text))
    for _ in range(chance.randint(1, 3)):
        corrupted[chance.randrange(min(14, len(corrupted)))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.3:
        del corrupted[chance.randrange(len(corrupted)) :]
    return Mutant(bytes(corrupted), CLOSES | NO_CLOSE_CODE, half_closed=True)


def _reserved_bit(chance: Random) -> Mutant:
    opcode = chance.choice((Opcode.TEXT, Opcode.PING, Opcode.CLOSE))
    data = frame(opcode, GOOD, reserved=chance.randint(1, 7))
    return Mutant(data, frozenset({PROTOCOL_ERROR}))


def _reserved_opcode(chance: Random) -> Mutant:
    opcode = chance.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15))
    return Mutant(frame(opcode, GOOD), frozenset({PROTOCOL_ERROR}))


def _unmasked(chance: Random) -> Mutant:
    opcode = chance.choice((Opcode.TEXT, Opcode.PING, Opcode.BINARY))
    return Mutant(bytes([0x80 | opcode, len(GOOD)]) + GOOD, frozenset({PROTOCOL_ERROR}))


def _continuation_without_start(chance: Random) -> Mutant:
    data = frame(Opcode.CONT, GOOD, fin=chance.random() < 0.5)
    return Mutant(data, frozenset({PROTOCOL_ERROR}))


def _text_inside_a_fragmented_text(_: Random) -> Mutant:
    data = frame(Opcode.TEXT, GOOD[:5], fin=False) + frame(Opcode.TEXT, GOOD)
    return Mutant(data, frozenset({PROTOCOL_ERROR}))


def _long_control_frame(chance: Random) -> Mutant:
    opcode = chance.choice((Opcode.PING, Opcode.PONG, Opcode.CLOSE))
    return Mutant(frame(opcode, b"x" * chance.randint(126, 300)), frozenset({PROTOCOL_ERROR}))


def _fragmented_control_frame(chance: Random) -> Mutant:
    opcode = chance.choice((Opcode.PING, Opcode.PONG, Opcode.CLOSE))
    return Mutant(frame(opcode, b"", fin=False), frozenset({PROTOCOL_ERROR}))


def _binary(chance: Random) -> Mutant:
    data = frame(Opcode.BINARY, chance.choice((b"", GOOD, b"\xff" * 8192)))
    return Mutant(data, frozenset({BAD_MESSAGE}))


def _too_large(chance: Random) -> Mutant:
    size = chance.choice((8193, 65536, 2**31, 2**63 - 1, 2**63, 2**64 - 1))
    digits = struct.pack("!BH", 0xFE, size) if size < 65536 else struct.pack("!BQ", 0xFF, size)
    opcode = chance.choice((Opcode.TEXT, Opcode.BINARY, Opcode.PING))
    return Mutant(bytes([0x80 | opcode]) + digits + bytes(4), frozenset({TOO_LARGE}))


def _closed_with_a_bad_code(chance: Random) -> Mutant:
    data = struct.pack("!H", chance.choice(BAD_CODES)) + b"why"
    return Mutant(frame(Opcode.CLOSE, data), frozenset({PROTOCOL_ERROR}))


def _closed_with_one_byte(_: Random) -> Mutant:
    return Mutant(frame(Opcode.CLOSE, b"\x03"), frozenset({PROTOCOL_ERROR}))


def _closed_with_a_reason_that_is_not_utf8(_: Random) -> Mutant:
    return Mutant(frame(Opcode.CLOSE, b"\x03\xe8\xff"), frozenset({NOT_UTF8}))


def _closed(chance: Random) -> Mutant:
    code = chance.choice(GOOD_CODES)
    return Mutant(frame(Opcode.CLOSE, struct.pack("!H", code) + b"bye"), frozenset({code}))


FAULTS: tuple[Callable[[Random], Mutant], ...] = (
    _reserved_bit,
    _reserved_opcode,
    _unmasked,
    _continuation_without_start,
    _text_inside_a_fragmented_text,
    _long_control_frame,
    _fragmented_control_frame,
    _binary,
    _too_large,
    _closed_with_a_bad_code,
    _closed_with_one_byte,
    _closed_with_a_reason_that_is_not_utf8,
    _closed,
)
