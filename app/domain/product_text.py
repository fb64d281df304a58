"""Products as text: in a form, or in a row of a CSV file."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

from app.domain.catalog import SKU, Product
from app.domain.edits import MOST_STOCK
from app.domain.money import plain_pounds, read_pounds

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FORMULA: Final = re.compile(r"[=+\-@]")
"""How a formula begins in a spreadsheet: exported text must not (CSV injection)."""
_LONGEST: Final = {"name": 100, "unit": 40, "description": 2000}
_MOST_HELD: Final = 1_000_000
_YES_OR_NO: Final = {"yes": True, "no": False}

COLUMNS: Final = (
    "sku",
    "slug",
    "name",
    "unit",
    "category",
    "image",
    "description",
    "price",
    "stock",
    "sold",
    "popular",
    "grams",
    "ml",
)


class Fault(NamedTuple):
    """What is wrong with one field: a sentence that says what is valid."""

    column: str
    text: str


class Known(NamedTuple):
    """The categories and pictures that a product can have."""

    categories: Collection[str]
    images: Collection[str]


def write_product(product: Product) -> dict[str, str]:
    """Return the texts of *product*, by column."""
    texts = {name: str(getattr(product, name)) for name in COLUMNS}
    return texts | {
        "price": plain_pounds(product.price),
        "sold": "yes" if product.sold else "no",
        "popular": "yes" if product.popular else "no",
        "grams": str(product.grams or ""),
        "ml": str(product.ml or ""),
    }


def read_product(texts: Mapping[str, str], known: Known) -> Product | list[Fault]:
    """Return the product in *texts*, or all faults of them."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in COLUMNS:
        try:
            values[name] = _READERS[name](name, texts.get(name, "").strip(), known)
        except ValueError as fault:
            faults.append(Fault(name, str(fault)))
    if values.get("grams") and values.get("ml"):
        faults.append(Fault("ml", "a product holds grams or ml, not both"))
    return faults or Product(**values)


def _name(_: str, text: str, _known: Known) -> str:
    if not SKU.fullmatch(text):
        problem = f"“{text}” is not 1 to 64 small letters, digits and hyphens, a hyphen not first"
        raise ValueError(problem)
    return text


def _text(name: str, text: str, _known: Known) -> str:
    if not 0 < len(text) <= _LONGEST[name] or _CONTROL.search(text):
        raise ValueError(f"1 to {_LONGEST[name]} characters are needed, on one line")
    if _FORMULA.match(text):
        raise ValueError("a spreadsheet takes what begins with =, +, - or @ for a formula")
    return text


def _category(_: str, text: str, known: Known) -> str:
    return _one_of(text, known.categories, "category")


def _image(_: str, text: str, known: Known) -> str:
    return _one_of(text, known.images, "picture")


def _one_of(text: str, known: Collection[str], what: str) -> str:
    if text not in known:
        raise ValueError(f"there is no {what} “{text}”; there are {', '.join(sorted(known))}")
    return text


def _price(_: str, text: str, _known: Known) -> int:
    if (price := read_pounds(text)) is None:
        raise ValueError(f"“{text}” is not a price like 2.20")
    return price


def _stock(_: str, text: str, _known: Known) -> int:
    if (stock := read_count(text, MOST_STOCK)) is None:
        raise ValueError(f"“{text}” is not a number from 0 to {MOST_STOCK}")
    return stock


def _yes(_: str, text: str, _known: Known) -> bool:
    if text not in _YES_OR_NO:
        raise ValueError(f"“{text}” is not yes or no")
    return _YES_OR_NO[text]


def _held(_: str, text: str, _known: Known) -> int | None:
    if not text:
        return None
    if not (held := read_count(text, _MOST_HELD)):
        raise ValueError(f"“{text}” is not a number from 1 to {_MOST_HELD}, or nothing")
    return held


def read_count(text: str, most: int) -> int | None:
    """Return the number in *text*, from 0 to *most*, or `None` if it is not one."""
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if is_whole and int(text) <= most else None


_READERS: Final[Mapping[str, Callable[[str, str, Known], Any]]] = {
    "sku": _name,
    "slug": _name,
    "name": _text,
    "unit": _text,
    "category": _category,
    "image": _image,
    "description": _text,
    "price": _price,
    "stock": _stock,
    "sold": _yes,
    "popular": _yes,
    "grams": _held,
    "ml": _held,
}
