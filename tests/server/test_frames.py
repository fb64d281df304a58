"""Frames are parsed and serialized as by the `websockets` library."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from app.server.frames import HEADERS, end_of_frame, header

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


def test_the_end_of_an_unmasked_frame_is_found() -> None:
    unmasked = Frame(Opcode.TEXT, b"hi").serialize(mask=False)

    assert end_of_frame(unmasked, 0, LARGEST) == len(unmasked)


def test_a_frame_that_is_too_large_ends_where_the_data_ends() -> None:
    beginning = masked(Frame(Opcode.TEXT, b"x" * (LARGEST + 1)))[:100]

    assert end_of_frame(beginning, 0, LARGEST) == len(beginning)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_text_is_encoded_as_by_the_library(size: int) -> None:
    text = b"x" * size

    assert header(size) + text == Frame(Opcode.TEXT, text).serialize(mask=False)


def test_headers_made_beforehand_are_those_of_their_size() -> None:
    assert all(each == header(size) for size, each in enumerate(HEADERS))
