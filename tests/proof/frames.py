"""Splits a client's byte stream into WebSocket frames (RFC 6455 §5.2), to duplicate ops."""

from typing import Final

END_OF_HEAD: Final = b"\r\n\r\n"
UPGRADE: Final = b"upgrade: websocket"
OP: Final = b'{"t":"op"'
TEXT: Final = 0x81
SHORTEST_HEAD: Final = 2
MASK_BYTES: Final = 4
LENGTH: Final = 0x7F
EXTRA: Final = {126: 2, 127: 8}
"""Bytes of the extended payload length, by the value of the 7-bit length."""


class Doubler:
    """Forwards whole frames once a handshake has passed, and sends ops twice on request."""

    def __init__(self) -> None:
        self._is_open = False
        self._kept = b""
        self._doubled = 0

    def take(self, data: bytes, *, doubles: bool) -> bytes:
        """Return the bytes to forward after receiving *data*."""
        if not self._is_open:
            return self._pass_head(data)
        self._kept += data
        passed = b""
        while (size := _size(self._kept)) and len(self._kept) >= size:
            frame, self._kept = self._kept[:size], self._kept[size:]
            twice = doubles and _is_op(frame)
            self._doubled += twice
            passed += frame * (1 + twice)
        return passed

    def take_count(self) -> int:
        """Return how many ops were duplicated since the last call."""
        doubled, self._doubled = self._doubled, 0
        return doubled

    def _pass_head(self, data: bytes) -> bytes:
        """Forward an HTTP request unchanged; frames follow the head of a handshake."""
        self._kept += data
        head, end, rest = self._kept.partition(END_OF_HEAD)
        if end and UPGRADE in head.lower():
            self._is_open, self._kept = True, b""
            return data[: len(data) - len(rest)] + self.take(rest, doubles=False)
        return data


def _size(data: bytes) -> int:
    """Return the size of the masked frame at the start of *data*; 0 if its head is incomplete."""
    if len(data) < SHORTEST_HEAD:
        return 0
    start = _start(data)
    if len(data) < start:
        return 0
    length = data[1] & LENGTH
    if extra := EXTRA.get(length, 0):
        length = int.from_bytes(data[SHORTEST_HEAD : SHORTEST_HEAD + extra], "big")
    return start + length


def _start(frame: bytes) -> int:
    """Return the offset of the payload in a masked frame."""
    return SHORTEST_HEAD + EXTRA.get(frame[1] & LENGTH, 0) + MASK_BYTES


def _is_op(frame: bytes) -> bool:
    start = _start(frame)
    mask, head = frame[start - MASK_BYTES : start], frame[start : start + len(OP)]
    said = bytes(byte ^ mask[n % MASK_BYTES] for n, byte in enumerate(head))
    return frame[0] == TEXT and said == OP
