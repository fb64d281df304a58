"""Whether a client waits when it is told to (protocol.md §6)."""

from app.domain.verdicts import RetryCode, RetryLater

MOST_STRIKES = 3
STRIKES_FOR_S = 60.0


class TooEarly(Exception):
    """The client has come back too early too often."""


class RetryGate:
    """Holds back what follows an op that was told to come later, so that order is kept."""

    def __init__(self) -> None:
        self._held: RetryLater | None = None
        self._until_s = 0.0
        self._strikes: list[float] = []

    @property
    def holds(self) -> bool:
        """Say whether something is held back."""
        return self._held is not None

    def hold(self, later: RetryLater, now_s: float) -> None:
        """Hold back what comes after *later*, until it comes again."""
        self._held = later
        self._until_s = now_s + later.retry_ms / 1000

    def lets_in(self, n: int, last: int, now_s: float) -> bool:
        """Say whether op *n* may be asked, *last* being the newest ruled on; or `TooEarly`."""
        held = self._held
        if held is None or n < held.n:
            return True
        if n > held.n > last:
            return False
        if n == held.n and held.code is RetryCode.RATE and now_s < self._until_s:
            self._strike(now_s)
        self._held = None
        return True

    def _strike(self, now_s: float) -> None:
        recent = [at_s for at_s in self._strikes if at_s > now_s - STRIKES_FOR_S]
        self._strikes = [*recent, now_s]
        if len(self._strikes) >= MOST_STRIKES:
            raise TooEarly
