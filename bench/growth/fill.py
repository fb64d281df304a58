"""Fills a database with what a shop has after years: products, accounts, carts, orders, the log.

Rows are written in bulk by the driver, and no password is hashed: nobody can sign in to the
accounts that are made. The same seed makes the same rows.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from psycopg.sql import SQL, Identifier
from sqlalchemy import Column, Connection, Table, func, insert, select, update

from app.domain.accounts import AccountId
from app.domain.cart import Cart, Line
from app.domain.catalog import Money, Sku
from app.domain.orders import OrderState, Pay, format_number
from app.domain.outbox import Outbox, OutboxId
from app.store.cart_body import encode_body
from app.store.catalog import increment_revision, product_of
from app.store.tables import (
    accounts,
    carts,
    catalog_counter,
    edits,
    order_lines,
    orders,
    outboxes,
    products,
    sessions,
)

DAY_S = 24 * 3600
YEAR_S = 365 * DAY_S
MOST_LINES = 10
VERDICTS = "Ab3-_9," * 32
STEP = '{"rev":1,"lines":{"gala-apples-500g":[1,2,125]}}'
UNDO_STEPS = 8
UNFINISHED = [OrderState.PLACED] * 300 + [OrderState.PACKED] * 200 + [OrderState.ON_THE_WAY] * 500
"""The states of the newest orders; of those before, one in forty was cancelled."""
CHUNK = 5000
ONSETS = ("b", "br", "c", "ch", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t")
NUCLEI = ("a", "e", "i", "o", "u", "ay", "ea", "oo")

Row = Mapping[str, Any]


class Size(NamedTuple):
    """How many of each there are in the end."""

    products: int
    accounts: int
    orders: int


class Filler:
    """Adds rows to a seeded database; *now_s* is when the youngest of them happened."""

    def __init__(self, connection: Connection, now_s: int, seed: int = 1):
        self._connection = connection
        self._now_s = now_s
        self._random = Random(seed)  # noqa: S311 - made-up data
        self._sold: list[Row] = []

    def fill(self, size: Size) -> None:
        """Fill up to *size*, and let the database count its rows for its query planner."""
        self._insert(products, self._products(size.products - self._count(products)))
        self._sold = [row._asdict() for row in self._connection.execute(select(products))]
        people = range(size.accounts - self._count(accounts))
        self._insert(accounts, map(self._account, people))
        self._insert(carts, map(self._cart, people))
        self._insert(sessions, map(self._session, people))
        self._insert(outboxes, map(self._outbox, people[::4]))
        self._add_orders(size.orders - self._count(orders), len(people))
        self._insert(edits, self._edits())
        self._connection.exec_driver_sql("ANALYZE")

    def _products(self, missing: int) -> Iterator[Row]:
        """Yield the seed's products under made-up brands, until there are enough."""
        query = select(products).order_by(products.c.place)
        known = [product_of(row) for row in self._connection.execute(query)]
        revision = increment_revision(self._connection)
        for number in range(missing):
            of, brand = known[number % len(known)], self._brand(number // len(known))
            yield asdict(of) | {
                "sku": f"{brand.lower()}-{of.sku}"[:64],
                "slug": f"{brand.lower()}-{of.slug}"[:64],
                "name": f"{brand} {of.name[0].lower()}{of.name[1:]}",
                "texts": {
                    language: text._replace(name=f"{brand} {text.name}")
                    for language, text in of.texts.items()
                },
                "price": of.price + number % 50,
                "stock": of.stock + number % 30,
                "popular": False,
                "place": len(known) + number,
                "moved": revision,
                "version": 1,
            }

    def _brand(self, number: int) -> str:
        """Return a name for each *number*, like “Brayto”."""
        syllables = [onset + nucleus for onset in ONSETS for nucleus in NUCLEI]
        first, second = divmod(number, len(syllables))
        return f"{syllables[(first * 31 + 7) % len(syllables)]}{syllables[second]}".title()

    def _account(self, number: int) -> Row:
        return {
            "id": _account_id(number),
            "email": f"shopper-{number}@growth.example",
            "name": f"Shopper {number}",
            "password_hash": "no password",
            "staff": False,
            "created_at": self._now_s - YEAR_S + number,
            "disabled": False,
        }

    def _cart(self, number: int) -> Row:
        chosen = self._random.sample(self._sold, self._random.randint(0, MOST_LINES))
        lines = {
            Sku(product["sku"]): Line(pos, self._random.randint(1, 5), Money(product["price"]))
            for pos, product in enumerate(chosen, 1)
        }
        box = OutboxId(f"00000000-0000-4000-8000-{number:012}")
        cart = Cart(
            AccountId(_account_id(number)),
            f"{number:08x}",
            version=40,
            rev=40,
            lines=lines,
            next_pos=len(lines) + 1,
            undo_stack=(STEP,) * UNDO_STEPS,
            outboxes={box: Outbox(40, 40, VERDICTS)},
        )
        return {
            "account": cart.account,
            "version": cart.version,
            "epoch": cart.epoch,
            "rev": cart.rev,
            "body": encode_body(cart),
            "updated_at": self._now_s - self._random.randrange(YEAR_S),
        }

    def _session(self, number: int) -> Row:
        began_s = self._now_s - self._random.randrange(30 * DAY_S)
        return {
            "id_hash": f"{number:064x}",
            "account": _account_id(number),
            "created_at": began_s,
            "used_at": began_s,
            "ends_at": began_s + YEAR_S,
            "agent": "Firefox on Linux",
        }

    def _outbox(self, number: int) -> Row:
        return {
            "account": _account_id(number),
            "outbox": f"00000000-0000-4000-9000-{number:012}",
            "last": 7,
            "left_at": self._now_s - self._random.randrange(YEAR_S),
        }

    def _add_orders(self, missing: int, people: int) -> None:
        """Add orders, each of them a revision of the catalogue, or two if it was moved on."""
        first = increment_revision(self._connection)
        states = [
            OrderState.DELIVERED if self._random.randrange(40) else OrderState.CANCELLED
            for _ in range(missing - len(UNFINISHED))
        ]
        states += UNFINISHED[::-1][-missing:]
        pairs = [
            self._order(number, first, missing, self._random.randrange(people), state)
            for number, state in enumerate(states)
        ]
        self._insert(orders, (order for order, _ in pairs))
        self._insert(order_lines, (line for _, lines in pairs for line in lines))
        newest = first + 2 * missing
        self._connection.execute(update(catalog_counter).values(moved=newest))

    def _order(
        self, number: int, first: int, count: int, person: int, state: OrderState
    ) -> tuple[Row, list[Row]]:
        name, placed = format_number(number), first + 2 * number
        chosen = self._random.sample(self._sold, self._random.randint(1, 6))
        lines: list[Row] = [
            {"order": name, "place": place, "qty": 1 + place % 3}
            | {key: product[key] for key in ("sku", "name", "unit", "price")}
            for place, product in enumerate(chosen)
        ]
        subtotal = sum(line["qty"] * line["price"] for line in lines)
        values = {
            "number": name,
            "account": _account_id(person),
            "key": f"key-{number}",
            "state": state,
            "placed_at": self._now_s - (count - number) * YEAR_S // count,
            "placed": placed,
            "moved": placed if state is OrderState.PLACED else placed + 1,
            "items": sum(line["qty"] for line in lines),
            "subtotal": subtotal,
            "discount": 0,
            "delivery": 350,
            "total": subtotal + 350,
            "currency": "GBP",
            "name": f"Shopper {person}",
            "line1": f"{person % 90 + 1} Mill Lane",
            "line2": "",
            "city": "Bristol",
            "postcode": "BS1 4ST",
            "pay": Pay.ON_DELIVERY,
            "note": "",
            "voucher": "",
        }
        return values, lines

    def _edits(self) -> Iterator[Row]:
        """Yield an edit of each product that was made."""
        made = [product for product in self._sold if product["version"] == 1]
        first = increment_revision(self._connection)
        for number, product in enumerate(made):
            yield {
                "sku": product["sku"],
                "version": 1,
                "moved": first + number,
                "by": None,
                "at": self._now_s - len(made) + number,
                "reason": "New range",
                "changes": json.dumps({"price": [product["price"] - 5, product["price"]]}),
            }
        newest = first + len(made)
        self._connection.execute(update(catalog_counter).values(moved=newest))

    def _count(self, table: Table) -> int:
        return self._connection.execute(select(func.count()).select_from(table)).scalar_one()

    def _insert(self, table: Table, rows: Iterable[Row]) -> None:
        if self._connection.dialect.name == "postgresql":
            self._copy(table, rows)
            return
        for chunk in _chunks(rows):
            self._connection.execute(insert(table), chunk)

    def _copy(self, table: Table, rows: Iterable[Row]) -> None:
        """Write rows by PostgreSQL's COPY; columns are those of the first row."""
        driver: Any = self._connection.connection.driver_connection
        to_stored = {column.name: self._binding(column) for column in table.c}
        for chunk in _chunks(rows):
            names = list(chunk[0])
            columns = SQL(", ").join(map(Identifier, names))
            statement = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), columns)
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in chunk:
                    copy.write_row([to_stored[name](row[name]) for name in names])

    def _binding(self, column: Column[Any]) -> Callable[[Any], Any]:
        """Return what makes a value of *column* one that the driver writes."""
        return column.type.bind_processor(self._connection.dialect) or (lambda value: value)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _account_id(number: int) -> str:
    return f"u-growth-{number}"
