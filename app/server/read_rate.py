"""A rate limit on the frames that are read of one websocket, whatever kind they are."""

MIN_FRAMES_PER_S = 200
WINDOW_S = 0.25
"""So short that a few websockets cannot take the event loop for long at a time."""


class ReadRate:
    """Windows of `WINDOW_S`, in each of which so many frames may be read.

    The reader counts them itself, and looks at the clock only when none is left in this window.
    """

    __slots__ = ("_window_began_s", "frames_per_window")

    def __init__(self, frames_per_s: int, now_s: float):
        self.frames_per_window = round(max(MIN_FRAMES_PER_S, frames_per_s) * WINDOW_S)
        self._window_began_s = now_s

    def begin_window(self, now_s: float) -> float:
        """Begin the next window; return in how many seconds, which is 0 or less if it is now."""
        wait_s = self._window_began_s + WINDOW_S - now_s
        self._window_began_s = now_s + max(0.0, wait_s)
        return wait_s
