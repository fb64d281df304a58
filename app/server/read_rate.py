"""A rate limit on the frames that are read of one websocket, whatever kind they are."""

MIN_FRAMES_PER_S = 200
WINDOW_S = 0.25
"""So short that a few websockets cannot take the event loop for long at a time."""


class ReadRate:
    """Counts frames in windows of `WINDOW_S`, by a clock that never goes back."""

    def __init__(self, frames_per_s: int, now_s: float):
        self._frames_per_window = round(max(MIN_FRAMES_PER_S, frames_per_s) * WINDOW_S)
        self._frames_left = self._frames_per_window
        self._window_began_s = now_s

    def spend(self) -> bool:
        """Count a frame; say whether it was the last that this window allows."""
        self._frames_left -= 1
        return not self._frames_left

    def begin_window(self, now_s: float) -> float:
        """Begin the next window; return in how many seconds, which is 0 or less if it is now."""
        wait_s = self._window_began_s + WINDOW_S - now_s
        self._frames_left = self._frames_per_window
        self._window_began_s = now_s + max(0.0, wait_s)
        return wait_s
