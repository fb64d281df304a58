"""Where a tab stands against the saved cart (protocol.md §4, "Position")."""

import re
from enum import StrEnum

from app.domain.cart import Cart

_POSITION = re.compile(r"([0-9a-f]+)\.(0|[1-9][0-9]{0,15})\.([0-9a-f]{16})", re.ASCII)


class Why(StrEnum):
    """Why a tab gets the whole cart."""

    FIRST = "first"
    BAD = "bad"
    EPOCH = "epoch"
    FUTURE = "future"
    BEHIND = "behind"
    FORK = "fork"


ALARMS = frozenset({Why.FUTURE, Why.FORK})
"""A tab that knows more than the database, or something else: never in a sound shop."""


def position(cart: Cart) -> str:
    """Return the position of *cart*: the same for the same stored state, wherever it is asked."""
    return f"{cart.epoch}.{cart.rev}.{cart.content:016x}"


def why_snapshot(at: str | None, cart: Cart) -> Why | None:
    """Say why a tab that stands at *at* needs all of *cart*; `None` if it has just that."""
    if at is None:
        return Why.FIRST
    if (match := _POSITION.fullmatch(at)) is None:
        return Why.BAD
    if match[1] != cart.epoch:
        return Why.EPOCH
    if (rev := int(match[2])) != cart.rev:
        return Why.FUTURE if rev > cart.rev else Why.BEHIND
    return None if at == position(cart) else Why.FORK
