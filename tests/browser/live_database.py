"""Changes to the database of a running shop, from a connection outside its server."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, select, update

from app.domain.catalog import Money, Sku
from app.store.catalog import increment_revision
from app.store.database import run_query
from app.store.engines import connect
from app.store.tables import carts, products
from tests.e2e.catalog import price as usual_price
from tests.e2e.catalog import stock as usual_stock
from tests.e2e.server import Server
from tests.staff import set_product

CORRUPT_BODY = "spoiled on purpose"
CORRUPT_BODY_ERROR = "JSON is malformed"
"""The error that the shop logs when it reads that."""


class LiveDatabase:
    """A connection to the database of a running shop."""

    def __init__(self, server: Server):
        self._engine = connect(server.database)
        self._original_bodies: dict[str, str] = {}

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def set(self, sku: str, price: int | None = None, stock: int | None = None) -> float:
        """Set a price, a stock or both; return the time of the commit, in seconds since 1970."""
        money = None if price is None else Money(price)
        run_query(self._engine, set_product, Sku(sku), money, stock)
        return time.time()

    def restore_product(self, sku: str, stock: int) -> None:
        """Sell *sku* again, at its usual price and with this *stock*."""
        run_query(self._engine, _set_sold, sku, sold=True)
        self.set(sku, usual_price(sku), stock)

    def withdraw_product(self, sku: str) -> None:
        """Stop selling *sku*."""
        run_query(self._engine, _set_sold, sku, sold=False)

    def corrupt_cart(self, account: str) -> None:
        """Make a stored cart unreadable, as a damaged disk would."""
        self._original_bodies[account] = run_query(
            self._engine, _replace_body, account, CORRUPT_BODY
        )

    def repair_carts(self) -> None:
        """Restore all carts that were made unreadable."""
        while self._original_bodies:
            run_query(self._engine, _replace_body, *self._original_bodies.popitem())

    @contextmanager
    def write_locked(self) -> Iterator[None]:
        """Hold the write lock of the database inside this context."""
        with self._engine.begin() as connection:
            yield
            connection.rollback()

    async def keep_changing(self, skus: Sequence[str], a_second: int, seconds: float) -> None:
        """Change price and stock of *skus* in turn, so many times a second; then restore them."""
        began = time.monotonic()
        for turn in range(1, round(a_second * seconds) + 1):
            sku = skus[turn % len(skus)]
            price = usual_price(sku) + turn * 7 % 90
            await asyncio.to_thread(self.set, sku, price, turn % 12)
            await asyncio.sleep(max(0, began + turn / a_second - time.monotonic()))
        for sku in skus:
            self.set(sku, usual_price(sku), usual_stock(sku))


def _replace_body(connection: Connection, account: str, body: str) -> str:
    """Store *body* as the cart of *account*; return the former body."""
    of_account = carts.c.account == account
    before: str = connection.execute(select(carts.c.body).where(of_account)).scalar_one()
    connection.execute(update(carts).where(of_account).values(body=body))
    return before


def _set_sold(connection: Connection, sku: str, *, sold: bool) -> None:
    values = {"sold": sold, "moved": increment_revision(connection)}
    connection.execute(update(products).where(products.c.sku == sku).values(values))
