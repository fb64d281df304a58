"""Exponential backoff with full jitter, and what each close code means (protocol.md §5)."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from app.client.errors import (
    AccountMismatch,
    ClientProtocolError,
    LoginEnded,
    LoginRequired,
    NotShared,
    Replaced,
    Stopped,
    TooManyTabs,
    UnsupportedVersion,
)

FATAL_CODES: Final[dict[int, type[Stopped]]] = {
    1007: ClientProtocolError,
    1009: ClientProtocolError,
    4400: ClientProtocolError,
    4401: LoginRequired,
    4406: UnsupportedVersion,
    4409: Replaced,
    4410: LoginEnded,
    4411: TooManyTabs,
    4412: AccountMismatch,
    4413: NotShared,
}
"""Close codes after which a client does not reconnect."""

_MAX_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Delays and timeouts in seconds; the defaults are the protocol's."""

    base_delay_s: float = 0.5
    max_delay_s: float = 30
    rate_limit_delay_s: float = 30
    """The least delay after close code 4429."""
    reset_after_s: float = 10
    """A connection that lasted so long resets the backoff."""
    heartbeat_timeout_s: float = 45
    open_timeout_s: float = 10
    welcome_timeout_s: float = 5
    """A websocket on which nothing came for so long is blocked, if the shop answers over HTTP."""
    close_timeout_s: float = 2
    response_timeout_s: float = 30
    """For a request over HTTP: checking a password may have to wait in a queue."""


class Reconnect(NamedTuple):
    """Reconnect: `immediately`, or after at least `min_delay_s`.

    `without_position`: ask for a snapshot, because the server gave up the cart's state.
    """

    immediately: bool = False
    min_delay_s: float = 0
    without_position: bool = False


def after_close(code: int, reason: str, retry_policy: RetryPolicy) -> Reconnect | Stopped:
    """Return what to do after close code *code*: reconnect, or stop with an error."""
    if error := FATAL_CODES.get(code):
        return error(f"{code} {reason}".rstrip())
    match code:
        case 1012:
            return Reconnect(immediately=True)
        case 4429:
            return Reconnect(min_delay_s=retry_policy.rate_limit_delay_s)
        case 4503:
            return Reconnect(without_position=True)
        case _:
            return Reconnect()


def backoff_s(
    reconnect: Reconnect, failures: int, chance: float, retry_policy: RetryPolicy
) -> float:
    """Return the delay in seconds after *failures* failed attempts; *chance* is in [0, 1).

    The jitter is full: the delay is anywhere from 0 to the exponential limit. Only the first
    attempt is immediate, or a server that keeps answering 1012 would be hammered.
    """
    if reconnect.immediately and failures == 0:
        return 0
    limit_s = retry_policy.base_delay_s * 2.0 ** min(failures, _MAX_DOUBLINGS)
    return max(reconnect.min_delay_s, chance * min(retry_policy.max_delay_s, limit_s))
