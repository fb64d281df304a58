"""Splits a client's byte stream into WebSocket frames (RFC 6455 §5.2), to duplicate ops."""

from typing import Final

END_OF_HEAD: Final = b"\r\n\r\n"
UPGRADE: Final = b"upgrade: websocket"
OP: Final = b'{"t":"op"'
TEXT: Final = 0x81
MIN_HEADER_BYTES: Final = 2
MASK_BYTES: Final = 4
LENGTH_MASK: Final = 0x7F
EXTENDED_LENGTH_BYTES: Final = {126: 2, 127: 8}
"""Bytes of the extended payload length, by the value of the 7-bit length."""


class OpDuplicator:
    """Forwards whole frames once a handshake has passed, and sends ops twice on request."""

    def __init__(self) -> None:
        self._is_open = False
        self._buffer = b""
        self._duplicated = 0

    def feed(self, data: bytes, *, duplicates: bool) -> bytes:
        """Return the bytes to forward after receiving *data*."""
        if not self._is_open:
            return self._forward_head(data)
        self._buffer += data
        output = b""
        while (size := _size(self._buffer)) and len(self._buffer) >= size:
            frame, self._buffer = self._buffer[:size], self._buffer[size:]
            is_duplicated = duplicates and _is_op(frame)
            self._duplicated += is_duplicated
            output += frame * (1 + is_duplicated)
        return output

    def take_count(self) -> int:
        """Return how many ops were duplicated since the last call."""
        duplicated, self._duplicated = self._duplicated, 0
        return duplicated

    def _forward_head(self, data: bytes) -> bytes:
        """Forward an HTTP request unchanged; frames follow the head of a handshake."""
        self._buffer += data
        head, end, rest = self._buffer.partition(END_OF_HEAD)
        if end and UPGRADE in head.lower():
            self._is_open, self._buffer = True, b""
            return data[: len(data) - len(rest)] + self.feed(rest, duplicates=False)
        return data


def _size(data: bytes) -> int:
    """Return the size of the masked frame at the start of *data*; 0 if its head is incomplete."""
    if len(data) < MIN_HEADER_BYTES:
        return 0
    start = _payload_start(data)
    if len(data) < start:
        return 0
    length = data[1] & LENGTH_MASK
    if extra := EXTENDED_LENGTH_BYTES.get(length, 0):
        length = int.from_bytes(data[MIN_HEADER_BYTES : MIN_HEADER_BYTES + extra], "big")
    return start + length


def _payload_start(frame: bytes) -> int:
    """Return the offset of the payload in a masked frame."""
    return MIN_HEADER_BYTES + EXTENDED_LENGTH_BYTES.get(frame[1] & LENGTH_MASK, 0) + MASK_BYTES


def _is_op(frame: bytes) -> bool:
    start = _payload_start(frame)
    mask, head = frame[start - MASK_BYTES : start], frame[start : start + len(OP)]
    payload = bytes(byte ^ mask[n % MASK_BYTES] for n, byte in enumerate(head))
    return frame[0] == TEXT and payload == OP
