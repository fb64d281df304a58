"""The client's copy of the cart, and how messages update it; pure (protocol.md §4)."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import UNSET, UnsetType

from app.domain.catalog import Money, Sku
from app.domain.currency import NO_CURRENCY
from app.domain.totals import ShownLine, Totals
from app.domain.vouchers import ShownVoucher
from app.protocol.messages import PatchMessage, Prices, ShownChanges, Snapshot

Lines = Mapping[Sku, ShownLine]
NO_LINES: Final[Lines] = {}


class Cart(NamedTuple):
    """An immutable cart at one revision; lines are by SKU, in display order.

    `suggested` are lines that members of a household propose.

    `at` is its position; `None` if the cart is stale and needs a snapshot.
    """

    at: str | None
    rev: int
    lines: Lines
    saved: Lines
    note: str
    voucher: ShownVoucher | None
    totals: Totals
    suggested: Lines = NO_LINES


_FREE: Final = Totals(0, Money(0), Money(0), Money(0), Money(0), NO_CURRENCY.code)

EMPTY_CART: Final = Cart(None, 0, {}, {}, "", None, _FREE)
"""A tab's cart before its first snapshot."""


def from_snapshot(snapshot: Snapshot) -> Cart:
    """Return the cart in *snapshot*."""
    content = snapshot.cart
    return Cart(
        snapshot.at,
        snapshot.rev,
        _by_sku(content.lines),
        _by_sku(content.saved),
        content.note,
        content.voucher,
        content.totals,
        _by_sku(content.suggested or ()),
    )


def advance(cart: Cart, patch: PatchMessage) -> Cart | None:
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
        cart.note if patch.note is UNSET else patch.note,
        cart.voucher if patch.voucher is UNSET else patch.voucher,
        patch.totals,
        _changed(cart.suggested, patch.suggested),
    )


def reprice(cart: Cart, prices: Prices) -> Cart:
    """Return *cart* at the same revision with new prices."""
    return cart._replace(
        lines=_changed(cart.lines, prices.lines),
        saved=_changed(cart.saved, prices.saved),
        voucher=cart.voucher if prices.voucher is UNSET else prices.voucher,
        totals=cart.totals if prices.totals is UNSET else prices.totals,
        suggested=_changed(cart.suggested, prices.suggested),
    )


def invalidate(cart: Cart) -> Cart:
    """Return *cart* marked as stale."""
    return cart._replace(at=None)


def _by_sku(lines: tuple[ShownLine, ...]) -> Lines:
    return {line.sku: line for line in sorted(lines, key=_pos)}


def _changed(lines: Lines, changes: ShownChanges | Lines | UnsetType) -> Lines:
    if changes is UNSET:
        return lines
    remaining = [line for line in {**lines, **changes}.values() if line is not None]
    return {line.sku: line for line in sorted(remaining, key=_pos)}


def _pos(line: ShownLine) -> int:
    return line.pos
