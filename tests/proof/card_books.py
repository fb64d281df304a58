"""Whether the books agree: orders, stock, payments, refunds, invoices and mails with the money."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, text

from app.store.engines import connect
from app.store.queries import run_query
from tests.e2e.server import Server
from tests.stripe_api.server import StripeServer

HOLDS = "requires_capture"
SOLD = """SELECT l.sku, sum(l.qty) FROM order_lines l JOIN orders o ON o.number = l."order"
WHERE o.state <> 'cancelled' GROUP BY l.sku"""
GIVEN_BACK = 'SELECT sum(amount) FROM refunds WHERE "order" = :number'
UNSETTLED = """SELECT (SELECT count(*) FROM payments WHERE next_check_at IS NOT NULL)
+ (SELECT count(*) FROM orders WHERE state = 'awaiting_payment')
+ (SELECT count(*) FROM mails WHERE state = 'waiting')"""


def rows(shop: Server, query: str, **values: object) -> list[Any]:
    """Return what *query* selects from the shop's database."""

    def fetch(connection: Connection) -> list[Any]:
        return list(connection.execute(text(query), values))

    found: list[Any] = change(shop, fetch)
    return found


def change(shop: Server, query: Any, *args: object) -> Any:
    """Run a query in a transaction on the shop's database, beside the server."""
    engine = connect(shop.database)
    try:
        return run_query(engine, query, *args)
    finally:
        engine.dispose()


def stock(shop: Server) -> Counter[str]:
    """Return the stock of each product."""
    return Counter(dict(map(tuple, rows(shop, "SELECT sku, stock FROM products"))))


def unsettled(shop: Server) -> int:
    """Return how many payments, orders and mails wait for something."""
    return int(rows(shop, UNSETTLED)[0][0])


def faults(shop: Server, stripe: StripeServer, before: Counter[str]) -> list[str]:
    """Return in what the books do not agree, once all is settled; *before* was the stock."""
    found = [
        fault
        for order in rows(shop, "SELECT number, state, total FROM orders WHERE pay = 'card'")
        for fault in _faults_of(shop, stripe, *order)
    ]
    sold = Counter(dict(map(tuple, rows(shop, SOLD))))
    if (left := stock(shop)) + sold != before:
        found.append(f"stock: {before - left} gone, {sold} sold")
    return found


def _faults_of(
    shop: Server, stripe: StripeServer, number: str, state: str, total: int
) -> list[str]:
    intents = [
        intent
        for intent in stripe.account.intents.values()
        if intent["metadata"].get("order") == number
    ]
    held = [intent["amount"] for intent in intents if intent["status"] == HOLDS]
    kept = sum(stripe.account.kept(intent["id"]) for intent in intents)
    given_back = rows(shop, GIVEN_BACK, number=number)[0][0] or 0
    wanted: tuple[list[int], int] = {"placed": ([total], 0), "cancelled": ([], 0)}.get(
        state, ([], total - given_back)
    )
    agrees = (held, kept) == wanted
    found = [] if agrees else [f"{number} is {state} of {total}: {held} held, {kept} kept"]
    payment = 'SELECT captured - refunded FROM payments WHERE "order" = :number'
    if (known := [tuple(row) for row in rows(shop, payment, number=number)]) != [(kept,)]:
        found.append(f"{number} is {state}: {known} known, {kept} kept")
    return found
