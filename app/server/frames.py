"""Frames as bytes (RFC 6455 §5.2): what a connection nearly always needs, and no more.

Where one ends, so that the line can be read frame by frame; what a short text says; how a text
is written. All else, control frames, fragments and faults, is for the `websockets` library.
"""

from websockets.frames import apply_mask  # type: ignore[attr-defined]

FINAL_TEXT = 0x81
CONTROL = 0x08
MASKED = 0x80
SHORT, MEDIUM = 125, 126
MASK = 4


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


def short_text(frame: bytes) -> bytes | None:
    """Return what *frame* says if it is a short text in one piece, as nearly all are."""
    if frame[0] != FINAL_TEXT or not MASKED <= frame[1] <= MASKED | SHORT:
        return None
    return apply_mask(frame[2 + MASK :], frame[2 : 2 + MASK])


def write_text(text: bytes) -> bytes:
    """Return *text* as an unmasked text frame."""
    size = len(text)
    if size <= SHORT:
        return b"%c%c%b" % (FINAL_TEXT, size, text)
    if size < 1 << 16:
        return b"%c%c%b%b" % (FINAL_TEXT, MEDIUM, size.to_bytes(2), text)
    return b"%c%c%b%b" % (FINAL_TEXT, MEDIUM + 1, size.to_bytes(8), text)
