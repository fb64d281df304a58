"""The newest frames of an account, and the broken promises that were found."""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

FRAMES: Final = 50
MOST_BREACHES: Final = 5
LONGEST: Final = 400


class Breach(NamedTuple):
    """A broken promise, with the account and its last frames before that."""

    account: str
    what: str
    frames: tuple[str, ...]


class Trace:
    """The newest frames of all tabs of one account."""

    def __init__(self, account: str, clock: Callable[[], float]):
        self.breaches: list[Breach] = []
        self._account = account
        self._clock = clock
        self._frames: deque[tuple[float, str, str | bytes]] = deque(maxlen=FRAMES)

    def record(self, where: str, frame: str | bytes) -> None:
        """Record a frame, or another event on a websocket."""
        self._frames.append((self._clock(), where, frame))

    def report(self, what: str) -> None:
        """Record a broken promise; only the first few, as others may follow from them."""
        if len(self.breaches) < MOST_BREACHES:
            frames = tuple(_line(*frame) for frame in self._frames)
            self.breaches.append(Breach(self._account, what, frames))


def _line(at_s: float, where: str, frame: str | bytes) -> str:
    text = frame if isinstance(frame, str) else frame.decode(errors="replace")
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"{at_s:10.4f} {where} {shown}"
