"""Frames as bytes (RFC 6455 §5.2): what a connection nearly always needs, and no more.

Where one ends, so that a websocket can be read frame by frame, and what goes before a text that is
sent. All else, control frames, fragments and faults, is for the `websockets` library.
"""

FINAL_TEXT = 0x81
CONTROL = 0x08
MASKED = 0x80
SHORT, MEDIUM = 125, 126
MASK = 4
SHORT_TEXT = 2 + MASK
"""Where the text of a short text of a client begins."""


def end_of_frame(data: bytes, at: int, largest: int) -> int | None:
    """Return where the frame at *at* ends, or `None` if it is not all there yet.

    A frame that announces more than *largest* bytes is too large, and is not waited for: it ends
    where *data* does.
    """
    if len(data) < at + 2:
        return None
    size, begins = data[at + 1] & ~MASKED, at + 2
    if size > SHORT:
        digits = 2 if size == MEDIUM else 8
        if len(data) < begins + digits:
            return None
        size, begins = int.from_bytes(data[begins : begins + digits]), begins + digits
    if size > largest:
        return len(data)
    ends = begins + (MASK if data[at + 1] & MASKED else 0) + size
    return ends if ends <= len(data) else None


def header(size: int) -> bytes:
    """Return what goes before an unmasked text of *size* bytes."""
    if size <= SHORT:
        return bytes((FINAL_TEXT, size))
    if size < 1 << 16:
        return b"%c%c%b" % (FINAL_TEXT, MEDIUM, size.to_bytes(2))
    return b"%c%c%b" % (FINAL_TEXT, MEDIUM + 1, size.to_bytes(8))


HEADERS = tuple(map(header, range(1024)))
"""The headers of verdicts and nearly all patches, so that a write does not have to make them."""
