"""What all carts hold together is compared with what there is."""

from msgspec import UNSET, convert

from app.client.cart import EMPTY_CART
from app.domain.catalog import Sku
from app.domain.totals import ShownLine
from app.load.hold_checker import Hold, excess, holds_of

PIE, MILK = Sku("blackberry-pie-550g"), Sku("milk-2l")
LINE = {"pos": 1, "agreed": 5, "price": 5, "state": "ok"} | dict.fromkeys(
    ("name", "unit", "slug", "image"), ""
)


def line(sku: Sku, **fields: object) -> ShownLine:
    """Return a line as a tab shows it."""
    return convert(LINE | {"sku": sku} | fields, ShownLine)


def test_only_a_line_that_is_held_as_a_whole_counts_and_what_others_hold_is_there_too() -> None:
    held = line(PIE, qty=2, stock=2, hold="held", others=1)
    part = line(Sku("mango-6"), qty=2, stock=2, hold="part", others=1)
    plenty = line(MILK, qty=9, stock=None)
    cart = EMPTY_CART._replace(lines={each.sku: each for each in (held, part, plenty)})

    assert plenty.hold is UNSET
    assert list(holds_of(cart)) == [Hold(PIE, 2, 3)]


def test_more_than_there_is_in_all_carts_together_is_named() -> None:
    assert list(excess([Hold(PIE, 2, 3), Hold(PIE, 1, 3), Hold(MILK, 1, 1)])) == []
    assert list(excess([Hold(PIE, 2, 4), Hold(PIE, 2, 3), Hold(MILK, 1, 1)])) == [
        "4 of blackberry-pie-550g are held by all carts, and there are 3"
    ]
