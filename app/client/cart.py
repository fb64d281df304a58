"""The client's copy of the cart, and how messages update it; pure (protocol.md §4)."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import UNSET

from app.client.messages import Line, Patch, Prices, Snapshot, Voucher
from app.domain.catalog import Money, Sku
from app.domain.totals import Totals

Lines = Mapping[Sku, Line]


class Cart(NamedTuple):
    """An immutable cart at one revision; lines are by SKU, in display order.

    `at` is its position; `None` if the cart is stale and needs a snapshot.
    """

    at: str | None
    rev: int
    lines: Lines
    saved: Lines
    note: str
    voucher: Voucher | None
    totals: Totals


_FREE: Final = Totals(0, Money(0), Money(0), Money(0), Money(0))

EMPTY_CART: Final = Cart(None, 0, {}, {}, "", None, _FREE)
"""A tab's cart before its first snapshot."""


def from_snapshot(snapshot: Snapshot) -> Cart:
    """Return the cart in *snapshot*."""
    content = snapshot.cart
    lines, saved = _by_sku(content.lines), _by_sku(content.saved)
    return Cart(
        snapshot.at, snapshot.rev, lines, saved, content.note, content.voucher, content.totals
    )


def advance(cart: Cart, patch: Patch) -> Cart | None:
    """Return *cart* with *patch* applied; *cart* itself if it has the patch already.

    `None` if there is a gap before the patch, or *cart* is stale: then a snapshot is needed.
    """
    if cart.at is None:
        return None
    if patch.rev <= cart.rev:
        return cart
    if patch.prev != cart.rev:
        return None
    return Cart(
        patch.at,
        patch.rev,
        _changed(cart.lines, patch.lines),
        _changed(cart.saved, patch.saved),
        cart.note if patch.note is None else patch.note,
        cart.voucher if patch.voucher is UNSET else patch.voucher,
        patch.totals,
    )


def reprice(cart: Cart, prices: Prices) -> Cart:
    """Return *cart* at the same revision with new prices."""
    return cart._replace(
        lines=_changed(cart.lines, prices.lines),
        saved=_changed(cart.saved, prices.saved),
        voucher=cart.voucher if prices.voucher is UNSET else prices.voucher,
        totals=prices.totals or cart.totals,
    )


def invalidate(cart: Cart) -> Cart:
    """Return *cart* marked as stale."""
    return cart._replace(at=None)


def _by_sku(lines: tuple[Line, ...]) -> Lines:
    return {line.sku: line for line in sorted(lines, key=_pos)}


def _changed(lines: Lines, changes: Mapping[Sku, Line | None]) -> Lines:
    if not changes:
        return lines
    remaining = [line for line in {**lines, **changes}.values() if line is not None]
    return {line.sku: line for line in sorted(remaining, key=_pos)}


def _pos(line: Line) -> int:
    return line.pos
