"""Holds: units that are kept for a cart for as long as a connection of it lives (protocol.md §10).

A hold is taken by the ruling on an op, and saved with it; it is never a part of the cart. Here is
which units a line holds, and what others can still have.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import EXACT_STOCK, Catalog, HoldRule, Product, Sku
from app.domain.hold_limits import MOST_HELD_LINES, MOST_HELD_UNITS


class HoldState(StrEnum):
    """Whether the units of a line are held; of a line whose product is plentiful it is unset.

    `PART`: some of them are. `ENDED`: they were held.
    """

    HELD = "held"
    PART = "part"
    NONE = "none"
    ENDED = "ended"


def is_held(product: Product) -> bool:
    """Say whether lines of *product* hold their units today."""
    if product.hold is HoldRule.SCARCE:
        return product.stock <= EXACT_STOCK
    return product.hold is HoldRule.ALWAYS


def held_by_others(account: AccountId, sku: Sku, catalog: Catalog) -> int:
    """Return how many units of a product are held for other accounts than *account*.

    It does not matter how many those are, of whom there may be thousands.
    """
    holders = catalog.holders.get(sku)
    if holders is None:
        return 0
    return max(0, catalog.products[sku].on_hold - holders.get(account, 0))


def obtainable(account: AccountId, product: Product, catalog: Catalog) -> int:
    """Return how many units of *product* the account can have: those that nobody else holds."""
    available = product.stock if product.sold else 0
    return max(0, available - held_by_others(account, product.sku, catalog))


def hold_state(account: AccountId, sku: Sku, qty: int, catalog: Catalog) -> HoldState | None:
    """Return whether a line of *qty* units is held; `None` if it need not be."""
    held = catalog.holders.get(sku, {}).get(account)
    if held is None:
        return HoldState.NONE if is_held(catalog.products[sku]) else None
    if held == 0:
        return HoldState.ENDED
    return HoldState.HELD if held >= qty else HoldState.PART


def is_limited(cart: Cart, sku: Sku, qty: int, catalog: Catalog) -> bool:
    """Say whether the limits of an account keep *qty* units of a line from being held."""
    return is_held(catalog.products[sku]) and _room(cart, cart.asked, sku, catalog) < qty


def ask_holds(cart: Cart, changed: Iterable[Sku], catalog: Catalog) -> Cart:
    """Return *cart*, asking for the units that its lines of *changed* products are to hold.

    Nothing is taken by that: the database decides when the cart is saved.
    """
    asked = {**cart.asked}
    for sku in changed:
        if _concerns_holds(cart, sku, catalog):
            asked[sku] = _units(cart, asked, sku, catalog)
    return replace(cart, asked=asked) if asked else cart


def _concerns_holds(cart: Cart, sku: Sku, catalog: Catalog) -> bool:
    """Say whether a change of this line may take a hold or free one."""
    holders = catalog.holders.get(sku)
    if holders is None:
        return False
    is_known = cart.account in holders or sku in cart.asked
    return is_known or (sku in cart.lines and is_held(catalog.products[sku]))


def _units(cart: Cart, asked: Mapping[Sku, int], sku: Sku, catalog: Catalog) -> int:
    """Return how many units a line is to hold: no more than there are, or than an account may.

    What it has already it keeps: it may have been offered, on top of that.
    """
    line, product = cart.lines.get(sku), catalog.products[sku]
    if line is None or not product.sold:
        return 0
    kept = min(line.qty, catalog.holders[sku].get(cart.account, 0))
    if not is_held(product):
        return kept
    most = min(obtainable(cart.account, product, catalog), _room(cart, asked, sku, catalog))
    return max(kept, min(line.qty, most))


def _room(cart: Cart, asked: Mapping[Sku, int], sku: Sku, catalog: Catalog) -> int:
    """Return how many units of a product an account may hold, beside what it holds of others.

    Those are what its other lines ask for, and else hold already.
    """
    units = lines = 0
    for other in cart.lines.keys() & catalog.holders.keys():
        if other != sku:
            held = asked.get(other)
            if held is None:
                held = catalog.holders[other].get(cart.account, 0)
            units += held
            lines += held > 0
    return 0 if lines >= MOST_HELD_LINES else MOST_HELD_UNITS - units
