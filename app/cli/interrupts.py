"""When a command is interrupted: where it can say what it has done, or at once."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)
_WAKE_EVERY_S = 0.1


class PendingInterrupt:
    """Remembers that the command is to end; raises KeyboardInterrupt when it pauses."""

    def __init__(self) -> None:
        self._is_pending = False

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """Remember it, as the handler of a signal."""
        self._is_pending = True

    def pause(self, seconds: float) -> None:
        """Wait, and end then if a signal came."""
        time.sleep(seconds)
        if self._is_pending:
            raise KeyboardInterrupt


@contextmanager
def deferred_interrupts() -> Iterator[PendingInterrupt]:
    """Have Ctrl-C and `kill` take effect only where the command pauses."""
    pending = PendingInterrupt()
    usual = {number: signal.signal(number, pending.note) for number in _ENDING}
    try:
        yield pending
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


@contextmanager
def prompt_interrupts() -> Iterator[None]:
    """Have Ctrl-C end a wait for a file or for the terminal at once, whenever it comes.

    A signal that comes just before a system call blocks is noted by Python, and acted upon when
    the call returns, which may be never. So a timer interrupts such calls.
    """
    usual = signal.signal(signal.SIGALRM, _wake)
    timer = signal.setitimer(signal.ITIMER_REAL, _WAKE_EVERY_S, _WAKE_EVERY_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, usual)


def _wake(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: that a signal has a handler is what interrupts a system call."""
