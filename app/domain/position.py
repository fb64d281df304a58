"""Positions: whether a tab has the saved cart (protocol.md §4, "Position")."""

import re
from enum import StrEnum

from app.domain.cart import Cart

_POSITION = re.compile(r"([0-9a-f]+)\.(0|[1-9][0-9]{0,15})\.([0-9a-f]{16})", re.ASCII)


class SnapshotReason(StrEnum):
    """Why a tab gets the whole cart."""

    FIRST = "first"
    BAD = "bad"
    EPOCH = "epoch"
    FUTURE = "future"
    BEHIND = "behind"
    FORK = "fork"


DIVERGENCES = frozenset({SnapshotReason.FUTURE, SnapshotReason.FORK})
"""The tab has what the database never had: an alarm, since a healthy shop has none."""


def position(cart: Cart) -> str:
    """Return the position of *cart*: the same for the same stored state, on every node."""
    return f"{cart.epoch}.{cart.rev}.{cart.content:016x}"


def snapshot_reason(at: str | None, cart: Cart) -> SnapshotReason | None:
    """Say why a tab at position *at* needs a snapshot of *cart*; `None` if it has that cart."""
    if at is None:
        return SnapshotReason.FIRST
    if (match := _POSITION.fullmatch(at)) is None:
        return SnapshotReason.BAD
    if match[1] != cart.epoch:
        return SnapshotReason.EPOCH
    if (rev := int(match[2])) != cart.rev:
        return SnapshotReason.FUTURE if rev > cart.rev else SnapshotReason.BEHIND
    return None if at == position(cart) else SnapshotReason.FORK
