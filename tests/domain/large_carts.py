"""Carts at their limits."""

from msgspec.structs import replace

from app.domain.catalog import Sku
from app.domain.ops import AddLine, SaveLine
from tests.examples import CATALOG, after, catalog_of, product

THINGS = tuple(Sku(f"thing-{number:03}") for number in range(101))
ONE_MORE = THINGS[-1]

CROWDED_CATALOG = catalog_of(
    *CATALOG.products.values(),
    *(product(sku, "Thing", 100, stock=300) for sku in THINGS),
    vouchers=tuple(CATALOG.vouchers.values()),
)

FULL = after(*(AddLine(sku, 1) for sku in THINGS[:100]), catalog=CROWDED_CATALOG)
"""A hundred lines of one unit each."""

ALL_SAVED = after(*(SaveLine(sku) for sku in THINGS[:100]), cart=FULL, catalog=CROWDED_CATALOG)
"""A hundred saved lines, and none in the cart."""

CROWDED = replace(
    after(
        *(op for sku in THINGS[1:100] for op in (AddLine(sku, 1), SaveLine(sku), AddLine(sku, 1))),
        catalog=CROWDED_CATALOG,
    ),
    outboxes={},
    undo_stack=(),
)
"""Room for one more line in the cart, and for one more among the saved; nothing to undo."""
