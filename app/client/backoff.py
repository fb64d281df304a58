"""What a close code asks of a client, and how long to wait before coming back (protocol.md §5)."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from app.client.errors import (
    LoginEnded,
    LoginNeeded,
    Misspoke,
    Outdated,
    Replaced,
    Stopped,
    TooManyTabs,
)

STOPS: Final[dict[int, type[Stopped]]] = {
    1007: Misspoke,
    1009: Misspoke,
    4400: Misspoke,
    4401: LoginNeeded,
    4406: Outdated,
    4409: Replaced,
    4410: LoginEnded,
    4411: TooManyTabs,
}
"""The close codes after which there is no coming back."""

_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a client waits, in seconds; the defaults are those of the protocol."""

    first_pause_s: float = 0.5
    longest_pause_s: float = 30
    after_rate_s: float = 30
    steady_s: float = 10
    """Connected for so long, a connection has done well: the pauses start over."""
    silence_s: float = 45
    opening_s: float = 10
    closing_s: float = 2
    answer_s: float = 30
    """For a request over HTTP: checking a password may have to wait in a queue."""


class Again(NamedTuple):
    """Come back: `at_once`, or after a pause of `least_s` or more; `afresh` without a position."""

    at_once: bool = False
    least_s: float = 0
    afresh: bool = False


def after_close(code: int, reason: str, retry_policy: RetryPolicy) -> Again | Stopped:
    """Say what a client does about *code*."""
    if stop := STOPS.get(code):
        return stop(f"{code} {reason}".rstrip())
    match code:
        case 1012:
            return Again(at_once=True)
        case 4429:
            return Again(least_s=retry_policy.after_rate_s)
        case 4503:
            return Again(afresh=True)
        case _:
            return Again()


def pause_s(again: Again, tries: int, chance: float, retry_policy: RetryPolicy) -> float:
    """Return how long to wait when coming back failed *tries* times; *chance* is below 1.

    At once is only the first time: a server that keeps saying so would be hammered.
    """
    if again.at_once and tries == 0:
        return 0
    doubled_s = retry_policy.first_pause_s * 2.0 ** min(tries, _MOST_DOUBLINGS)
    return max(again.least_s, chance * min(retry_policy.longest_pause_s, doubled_s))
