"""The newest frames of an account, and the promises that were broken to it."""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

FRAMES: Final = 50
MOST_BREACHES: Final = 5
LONGEST: Final = 400


class Breach(NamedTuple):
    """A promise that the shop broke: to whom, which, and the frames that led there."""

    account: str
    what: str
    frames: tuple[str, ...]


class Trace:
    """Keeps the newest frames of all tabs of an account; a breach keeps those before it."""

    def __init__(self, account: str, clock: Callable[[], float]):
        self.breaches: list[Breach] = []
        self._account = account
        self._clock = clock
        self._frames: deque[tuple[float, str, str | bytes]] = deque(maxlen=FRAMES)

    def note(self, where: str, frame: str | bytes) -> None:
        """Keep a frame, or another thing that happened on a line."""
        self._frames.append((self._clock(), where, frame))

    def object_to(self, what: str) -> None:
        """Keep a broken promise; what follows from the first few need not be told."""
        if len(self.breaches) < MOST_BREACHES:
            frames = tuple(_line(*frame) for frame in self._frames)
            self.breaches.append(Breach(self._account, what, frames))


def _line(at_s: float, where: str, frame: str | bytes) -> str:
    text = frame if isinstance(frame, str) else frame.decode(errors="replace")
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return f"{at_s:10.4f} {where} {shown}"
