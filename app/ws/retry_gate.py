"""Holds a client to the rate limit: it has to wait for `retry_ms` (protocol.md §6)."""

from app.domain.verdicts import RetryCode, RetryLater

MOST_STRIKES = 3
STRIKES_FOR_S = 60.0


class TooEarly(Exception):
    """The client has retried too early, too often."""


class RetryGate:
    """Drops ops that follow one that has to be retried, because ops are ruled on in order."""

    def __init__(self) -> None:
        self._held: RetryLater | None = None
        self._until_s = 0.0
        self._strikes: list[float] = []

    def hold(self, later: RetryLater, now_s: float) -> None:
        """Drop ops after *later* until it is retried."""
        self._held = later
        self._until_s = now_s + later.retry_ms / 1000

    def lets_in(self, n: int, last: int, now_s: float) -> bool:
        """Say whether op *n* may be submitted; *last* is the newest op that was ruled on.

        Raises `TooEarly` at the third retry within a minute that did not wait for the rate limit.
        """
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
