"""Products as text: in a form, or in a row of a CSV file."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

from app.domain.barcodes import Barcode, BarcodeFault, read_barcode
from app.domain.catalog import SKU, HoldRule, Product
from app.domain.currency import NO_CURRENCY, Currency
from app.domain.edits import MOST_STOCK
from app.domain.languages import Language
from app.domain.money import plain_amount, read_price
from app.domain.plain_text import clean_line
from app.domain.product_faults import Fault, FaultCode
from app.domain.product_translations import (
    columns_of,
    is_translated,
    part_of,
    with_texts,
    write_texts,
)
from app.domain.spreadsheet import is_failed, is_formula
from app.domain.taxes import plain_rate, read_rate

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+")
_LOST: Final = "\N{REPLACEMENT CHARACTER}"
_LONGEST: Final = {"name": 100, "unit": 40, "description": 2000}
_MOST_HELD: Final = 1_000_000
_YES_OR_NO: Final = {"yes": True, "no": False, "true": True, "false": False}

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
    "tax",
    "hold",
    "barcode",
    "low",
)


class _InvalidError(Exception):
    """A text is not what its field needs."""

    def __init__(self, code: FaultCode, **args: object):
        super().__init__(code)
        self.code, self.named = code, args


class Known(NamedTuple):
    """What a product can have: categories, pictures, languages beside English, prices in what."""

    categories: Collection[str]
    images: Collection[str]
    languages: Collection[Language] = ()
    currency: Currency = NO_CURRENCY


NOTHING_KNOWN: Final = Known((), ())
"""Enough to read texts, which can be anything."""


def write_product(product: Product, currency: Currency) -> dict[str, str]:
    """Return the texts of *product*, priced in *currency*, by column; those that it has."""
    texts = {name: str(getattr(product, name)) for name in COLUMNS}
    return (
        texts
        | write_texts(product.texts)
        | {
            "price": plain_amount(product.price, currency),
            "sold": "yes" if product.sold else "no",
            "popular": "yes" if product.popular else "no",
            "grams": str(product.grams or ""),
            "ml": str(product.ml or ""),
            "tax": plain_rate(product.tax),
            "barcode": product.barcode or "",
            "low": "" if product.low is None else str(product.low),
        }
    )


def read_product(texts: Mapping[str, str], known: Known) -> Product | list[Fault]:
    """Return the product in *texts*, or all faults of them."""
    columns = (*COLUMNS, *columns_of(known.languages))
    values = read_values({name: texts.get(name, "") for name in columns}, known)
    if isinstance(values, list):
        return values
    return holds_too_much(product := Product(**with_texts(values, {}))) or product


def read_values(texts: Mapping[str, str], known: Known) -> dict[str, Any] | list[Fault]:
    """Return the values of those fields of a product that are in *texts*, or all faults of them."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, text in texts.items():
        try:
            read = _translation if is_translated(name) else _READERS[name]
            values[name] = read(name, text.strip(), known)
        except _InvalidError as error:
            faults.append(Fault(name, error.code, error.named))
    return faults or values


def holds_too_much(product: Product) -> list[Fault]:
    """Return what is wrong with *product* as a whole."""
    if product.grams and product.ml:
        return [Fault("ml", FaultCode.TWO_AMOUNTS)]
    return []


def _name(_: str, text: str, _known: Known) -> str:
    if not SKU.fullmatch(text):
        raise _InvalidError(FaultCode.NOT_A_NAME, typed=text)
    return text


def _translation(column: str, typed: str, known: Known) -> str:
    """Return a text that may be empty: it is not translated then."""
    return _text(part_of(column), typed, known) if clean_line(typed) else ""


def _text(name: str, typed: str, _known: Known) -> str:
    text = clean_line(typed)
    if not 0 < len(text) <= _LONGEST[name] or _CONTROL.search(text):
        raise _InvalidError(FaultCode.LENGTH, most=_LONGEST[name])
    if is_formula(text):
        raise _InvalidError(FaultCode.FORMULA)
    if _LOST in text:
        raise _InvalidError(FaultCode.LOST_LETTER, letter=_LOST)
    if is_failed(text):
        raise _InvalidError(FaultCode.FAILED_FORMULA, typed=text)
    return text


def _category(_: str, text: str, known: Known) -> str:
    return _one_of(text, known.categories, FaultCode.UNKNOWN_CATEGORY)


def _image(_: str, text: str, known: Known) -> str:
    return _one_of(text, known.images, FaultCode.UNKNOWN_PICTURE)


def _one_of(text: str, known: Collection[str], otherwise: FaultCode) -> str:
    if not text:
        raise _InvalidError(FaultCode.NOT_CHOSEN)
    if text not in known:
        raise _InvalidError(otherwise, typed=text, known=", ".join(sorted(known)))
    return text


def _price(_: str, text: str, known: Known) -> int:
    if (price := read_price(text, known.currency)) is None:
        raise _InvalidError(FaultCode.NOT_A_PRICE, typed=text)
    return price


def _stock(_: str, text: str, _known: Known) -> int:
    if (stock := read_count(text, MOST_STOCK)) is None:
        raise _InvalidError(FaultCode.NOT_A_STOCK, typed=text, most=MOST_STOCK)
    return stock


def _yes(_: str, text: str, _known: Known) -> bool:
    if text.casefold() not in _YES_OR_NO:
        raise _InvalidError(FaultCode.NOT_YES_OR_NO, typed=text)
    return _YES_OR_NO[text.casefold()]


def _held(_: str, text: str, _known: Known) -> int | None:
    if not text:
        return None
    if not (held := read_count(text, _MOST_HELD)):
        raise _InvalidError(FaultCode.NOT_AN_AMOUNT, typed=text, most=_MOST_HELD)
    return held


def _tax(_: str, text: str, _known: Known) -> int:
    if (rate := read_rate(text)) is None:
        raise _InvalidError(FaultCode.NOT_A_RATE, typed=text)
    return rate


def _hold(_: str, text: str, _known: Known) -> HoldRule:
    if (rule := read_hold(text)) is None:
        raise _InvalidError(FaultCode.NOT_A_HOLD, typed=text, known=", ".join(HoldRule))
    return rule


def _barcode(_: str, text: str, _known: Known) -> Barcode | None:
    found = read_barcode(text) if text else None
    if isinstance(found, BarcodeFault):
        raise _InvalidError(FaultCode(found.value), typed=text)
    return found


def _low(_: str, text: str, _known: Known) -> int | None:
    return _stock("low", text, _known) if text else None


def read_hold(text: str) -> HoldRule | None:
    """Return the rule called *text*, or `None` if there is none; without a text it is `NEVER`."""
    name = text.casefold() or HoldRule.NEVER
    return HoldRule(name) if name in {*HoldRule} else None


def read_count(text: str, most: int) -> int | None:
    """Return the number in *text*, from 0 to *most*, or `None` if it is not one.

    Thousands may be set off with commas.
    """
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
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
    "tax": _tax,
    "hold": _hold,
    "barcode": _barcode,
    "low": _low,
}
