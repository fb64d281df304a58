"""The cart as a client holds it, and how it follows the shop's (protocol.md §4)."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import UNSET

from app.client.state import Line, Patch, Prices, Snapshot, Voucher
from app.domain.catalog import Money, Sku
from app.domain.totals import Totals

Lines = Mapping[Sku, Line]


class Cart(NamedTuple):
    """A cart at one revision; lines by SKU, in their order. The next one is a new value.

    `at` is its position; `None`: it is out of date, and only a snapshot helps.
    """

    at: str | None
    rev: int
    lines: Lines
    saved: Lines
    note: str
    voucher: Voucher | None
    totals: Totals


_FREE: Final = Totals(0, Money(0), Money(0), Money(0), Money(0))

NOTHING: Final = Cart(None, 0, {}, {}, "", None, _FREE)
"""What a tab holds before it was told anything."""


def whole(snapshot: Snapshot) -> Cart:
    """Return the cart that *snapshot* tells."""
    told = snapshot.cart
    lines, saved = _by_sku(told.lines), _by_sku(told.saved)
    return Cart(snapshot.at, snapshot.rev, lines, saved, told.note, told.voucher, told.totals)


def advance(cart: Cart, patch: Patch) -> Cart | None:
    """Return *cart* with *patch* in it, unless it is in it already; `None`: something is missing.

    The twin of the server's function of this name.
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
    """Return *cart* at the same revision, at today's prices."""
    return cart._replace(
        lines=_changed(cart.lines, prices.lines),
        saved=_changed(cart.saved, prices.saved),
        voucher=cart.voucher if prices.voucher is UNSET else prices.voucher,
        totals=prices.totals or cart.totals,
    )


def invalidate(cart: Cart) -> Cart:
    """Return *cart* as one that cannot be relied on any more."""
    return cart._replace(at=None)


def _by_sku(lines: tuple[Line, ...]) -> Lines:
    return {line.sku: line for line in sorted(lines, key=_pos)}


def _changed(lines: Lines, changes: Mapping[Sku, Line | None]) -> Lines:
    if not changes:
        return lines
    left = [line for line in {**lines, **changes}.values() if line is not None]
    return {line.sku: line for line in sorted(left, key=_pos)}


def _pos(line: Line) -> int:
    return line.pos
