"""Fills the catalogue from a file (`catalogue.toml` explains its keys)."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, insert, select

from app.store.catalog import increment_revision
from app.store.tables import categories, products, vouchers

CATALOGUE = Path(__file__).with_name("catalogue.toml")

Row = dict[str, Any]


class Seeded(NamedTuple):
    """How many rows were added."""

    categories: int
    products: int
    vouchers: int


def seed(connection: Connection, catalogue: Path = CATALOGUE) -> Seeded:
    """Add what *catalogue* has and the database lacks; existing rows are not changed."""
    with catalogue.open("rb") as file:
        data = tomllib.load(file)
    revision = increment_revision(connection)
    return Seeded(
        _add(connection, categories, "slug", _categories(data)),
        _add(connection, products, "sku", _products(data, revision)),
        _add(connection, vouchers, "code", [_voucher(given) for given in data["voucher"]]),
    )


def _add(connection: Connection, table: Table, key: str, rows: list[Row]) -> int:
    existing = set(connection.scalars(select(table.c[key])))
    if missing := [row for row in rows if row[key] not in existing]:
        connection.execute(insert(table), missing)
    return len(missing)


def _categories(data: Row) -> list[Row]:
    return [
        {"slug": given["slug"], "name": given["name"], "place": place}
        for place, given in enumerate(data["category"])
    ]


def _products(data: Row, revision: int) -> list[Row]:
    sizes = [(given, size) for given in data["product"] for size in given["size"]]
    return [
        {"place": place, "moved": revision, **_product(given, size)}
        for place, (given, size) in enumerate(sizes)
    ]


def _product(given: Row, size: Row) -> Row:
    return {
        "sku": size["sku"],
        "slug": given["slug"],
        "name": " ".join(given["name"].split()),
        "unit": size["unit"],
        "category": given["category"],
        "image": given["image"],
        "description": given["description"],
        "price": _minor(size["price"]),
        "stock": size["stock"],
        "sold": size.get("sold", True),
        "popular": given.get("popular", False),
        "grams": size.get("grams"),
        "ml": size.get("ml"),
    }


def _voucher(given: Row) -> Row:
    return {
        "code": given["code"].upper(),
        "label": given["label"],
        "percent": given.get("percent", 0),
        "amount": _minor(given.get("amount", "0")),
        "minimum": _minor(given.get("minimum", "0")),
        "starts": midnight(given.get("from"), days_later=0),
        "ends": midnight(given.get("until"), days_later=1),
        "uses_left": given.get("uses"),
        "uses_each": given.get("uses_per_account"),
    }


def _minor(pounds: str) -> int:
    return int(Decimal(pounds) * 100)


def midnight(day: date | None, days_later: int) -> int | None:
    """Return the first second, in UTC, of the day that is *days_later* than *day*."""
    if day is None:
        return None
    first_s = datetime.combine(day + timedelta(days_later), time(), UTC)
    return int(first_s.timestamp())
