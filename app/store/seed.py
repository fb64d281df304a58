"""Fills the catalogue from a file (`catalogue.toml` explains its keys)."""

from datetime import UTC, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, insert, select

from app.domain.catalog import HoldRule, ProductText
from app.domain.languages import Language
from app.domain.periods import first_second
from app.domain.taxes import read_rate
from app.store.catalog import increment_revision
from app.store.movements import begin_movements
from app.store.tables import categories, products, vouchers
from app.store.toml_file import read_toml

CATALOGUE = Path(__file__).with_name("catalogue.toml")

Row = dict[str, Any]


class Seeded(NamedTuple):
    """How many rows were added."""

    categories: int
    products: int
    vouchers: int


def seed(
    connection: Connection,
    catalogue: Path = CATALOGUE,
    zone: tzinfo = UTC,
    currency: str | None = None,
    now_s: int = 0,
) -> Seeded:
    """Add what *catalogue* has and the database lacks; existing rows are not changed.

    *zone* is the shop's time zone, in which a voucher's days begin and end. If the shop's
    *currency* is another one than the catalogue's, only the categories are added: its prices would
    be wrong. The log of stock says that products were added at *now_s*. Raises UnusableFile.
    """
    revision = increment_revision(connection)
    with read_toml(catalogue) as data:
        is_in_currency = currency in {None, data.get("currency", currency)}
        groups = category_rows(data)
        sold = product_rows(data, revision) if is_in_currency else []
        offers = voucher_rows(data, zone) if is_in_currency else []
    seeded = Seeded(
        _add(connection, categories, "slug", groups),
        _add(connection, products, "sku", sold),
        _add(connection, vouchers, "code", offers),
    )
    begin_movements(connection, revision, now_s)
    return seeded


def _add(connection: Connection, table: Table, key: str, rows: list[Row]) -> int:
    existing = set(connection.scalars(select(table.c[key])))
    if missing := [row for row in rows if row[key] not in existing]:
        connection.execute(insert(table), missing)
    return len(missing)


def category_rows(data: Row) -> list[Row]:
    """Return the rows of the categories in *data*."""
    return [
        {
            "slug": given["slug"],
            "name": given["name"],
            "place": place,
            "names": _translations(given, "name"),
        }
        for place, given in enumerate(data["category"])
    ]


def product_rows(data: Row, revision: int = 0) -> list[Row]:
    """Return the rows of the products in *data*, which change at *revision*."""
    sizes = [(given, size) for given in data["product"] for size in given["size"]]
    return [
        {"place": place, "moved": revision, **_product(given, size)}
        for place, (given, size) in enumerate(sizes)
    ]


def voucher_rows(data: Row, zone: tzinfo = UTC) -> list[Row]:
    """Return the rows of the vouchers in *data*, whose days are those of *zone*."""
    return [_voucher(given, zone) for given in data["voucher"]]


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
        "tax": _rate(given.get("tax", "0")),
        "hold": HoldRule(size.get("hold", HoldRule.NEVER)),
        "texts": {
            language: ProductText(
                in_language.get("name", ""),
                size.get(language, {}).get("unit", ""),
                in_language.get("description", ""),
            )
            for language, in_language in _by_language(given)
        },
    }


def _voucher(given: Row, zone: tzinfo) -> Row:
    return {
        "code": given["code"].upper(),
        "label": given["label"],
        "percent": given.get("percent", 0),
        "amount": _minor(given.get("amount", "0")),
        "minimum": _minor(given.get("minimum", "0")),
        "starts": first_second(given.get("from"), zone),
        "ends": first_second(given.get("until"), zone, days_later=1),
        "uses_left": given.get("uses"),
        "uses_each": given.get("uses_per_account"),
        "labels": _translations(given, "label"),
    }


def _translations(given: Row, key: str) -> dict[Language, str]:
    return {language: texts[key] for language, texts in _by_language(given)}


def _by_language(given: Row) -> list[tuple[Language, Row]]:
    """Return the tables in *given*: each has texts in the language that it is called by."""
    return [(Language(tag), texts) for tag, texts in given.items() if isinstance(texts, dict)]


def _minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _rate(percent: str) -> int:
    if (rate := read_rate(percent)) is None:
        raise ValueError(f"“{percent}” is not a rate of tax like 20 or 17.5")
    return rate
