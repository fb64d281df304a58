"""Frames are parsed and serialized as by the `websockets` library."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from app.server.frames import end_of_frame, short_text, write_text

LARGEST = 8192

sizes = st.integers(0, 300) | st.sampled_from([124, 125, 126, 127, LARGEST])
opcodes = st.sampled_from([Opcode.TEXT, Opcode.TEXT, Opcode.BINARY, Opcode.CONT])
frames_strategy = st.builds(
    lambda opcode, size, fin: Frame(opcode, (b"0123456789" * (size // 10 + 1))[:size], fin),
    opcodes,
    sizes,
    st.booleans(),
)


def masked(frame: Frame) -> bytes:
    """Return the bytes of *frame* as a client sends it: masked."""
    return frame.serialize(mask=True)


@given(st.lists(frames_strategy, max_size=4), st.integers(0, 20))
def test_the_ends_of_frames_are_found_wherever_the_data_is_cut(
    frames: list[Frame], cut: int
) -> None:
    whole = [masked(frame) for frame in frames]
    ends = [*accumulate(map(len, whole))]
    data = b"".join(whole)
    received = data[: max(0, len(data) - cut)]

    found = [0]
    while (end := end_of_frame(received, found[-1], LARGEST)) is not None:
        found.append(end)

    assert found[1:] == [end for end in ends if end <= len(received)]


@given(frames_strategy)
def test_only_a_short_unfragmented_text_is_decoded_here(frame: Frame) -> None:
    is_short_text = frame.opcode is Opcode.TEXT and frame.fin and len(frame.data) <= 125

    assert short_text(masked(frame)) == (bytes(frame.data) if is_short_text else None)


@pytest.mark.parametrize(
    "frame",
    [
        b"\xc1" + masked(Frame(Opcode.TEXT, b"hi"))[1:],
        masked(Frame(Opcode.PING, b"hi")),
        masked(Frame(Opcode.CLOSE, b"")),
    ],
    ids=["compressed", "ping", "close"],
)
def test_a_frame_that_resembles_a_short_text_is_left_to_the_library(frame: bytes) -> None:
    assert short_text(frame) is None


def test_an_unmasked_text_is_left_to_the_library() -> None:
    unmasked = Frame(Opcode.TEXT, b"hi").serialize(mask=False)

    assert short_text(unmasked) is None
    assert end_of_frame(unmasked, 0, LARGEST) == len(unmasked)


def test_a_frame_that_is_too_large_ends_where_the_data_ends() -> None:
    beginning = masked(Frame(Opcode.TEXT, b"x" * (LARGEST + 1)))[:100]

    assert end_of_frame(beginning, 0, LARGEST) == len(beginning)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_text_is_encoded_as_by_the_library(size: int) -> None:
    text = b"x" * size

    assert write_text(text) == Frame(Opcode.TEXT, text).serialize(mask=False)
