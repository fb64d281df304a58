"""Measures the staff's cart reports: queries over all carts, as the number of carts grows.

    python -m bench.cart_reports

Fills a temporary database with carts of ten lines.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from app.domain.cart import AccountId, Line
from app.domain.catalog import Money, Sku
from app.store.accounts import Person, add_account
from app.store.cart_reports import count_held, list_idle
from app.store.carts import as_save, load_cart, save_carts
from app.store.database import run_query
from app.store.engines import connect
from app.store.migrations import migrate

SIZES = (100, 1_000, 10_000)
LINES = 10
PRODUCTS = 180
ROUNDS = 5
NOW_S = 1_800_000_000


def fill_cart(connection: Connection, numbers: range) -> None:
    """Create an account with a filled cart for each of *numbers*."""
    for number in numbers:
        account = AccountId(f"u-{number}")
        person = Person(account, f"{number}@bench.example", f"Shopper {number}", "no password")
        add_account(connection, person, "e0", NOW_S)
        skus = [Sku(f"product-{(number * 7 + pos) % PRODUCTS}") for pos in range(LINES)]
        lines = {sku: Line(pos, 1 + pos, Money(99)) for pos, sku in enumerate(skus, 1)}
        cart = load_cart(connection, account)._replace(lines=lines)
        save_carts(connection, [as_save(cart, ())], NOW_S)


def main() -> None:
    """Print the time and CPU time of both reports."""
    print("carts   who holds what (ms, CPU ms)   idle carts (ms, CPU ms)")
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'shop.db'}")
        migrate(engine)
        filled = 0
        for size in SIZES:
            run_query(engine, fill_cart, range(filled, size))
            filled = size
            held = _cost(lambda: run_query(engine, count_held))
            idle = _cost(lambda: run_query(engine, list_idle, NOW_S + 1, 1))
            print(f"{size:>6}  {held:<28}  {idle}")
        engine.dispose()


def _cost(query: Callable[[], object]) -> str:
    took, spent = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        query()
        took.append(time.perf_counter() - began)
        spent.append(time.process_time() - used)
    return f"{median(took) * 1000:,.1f}, {median(spent) * 1000:,.1f}"


if __name__ == "__main__":
    main()
