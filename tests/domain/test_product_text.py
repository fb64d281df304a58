"""Products as text, in files and forms."""

from dataclasses import replace

import pytest

from app.domain.barcodes import Barcode
from app.domain.catalog import Money, TaxRate
from app.domain.product_faults import Fault
from app.domain.product_text import COLUMNS, Known, read_product, write_product
from app.services.product_fault_texts import fault_text
from tests.examples import CATALOG, MILK, POUNDS

KNOWN = Known({"dairy", "fruit"}, {"milk"}, currency=POUNDS)
BOTTLE = replace(
    CATALOG.products[MILK],
    category="dairy",
    image="milk",
    description="Fresh from the dairy.",
    popular=True,
    ml=2000,
    tax=TaxRate(1750),
)
TEXTS = write_product(BOTTLE, POUNDS)
FAULTS = [
    ("sku", "-milk", "letters, digits and hyphens"),
    ("slug", "Milk", "letters, digits and hyphens"),
    ("sku", "m" * 65, "letters, digits and hyphens"),
    ("name", "", "1 to 100 characters"),
    ("name", "m" * 101, "1 to 100 characters"),
    ("name", "milk\x07", "1 to 100 characters"),
    ("name", '=HYPERLINK("https://evil.example")', "for a formula"),
    ("name", "+milk", "for a formula"),
    ("unit", "-2 litres", "for a formula"),
    ("description", "@SUM(A1)", "for a formula"),
    ("unit", "", "1 to 40 characters"),
    ("description", "m" * 2001, "1 to 2000 characters"),
    ("category", "cheese", "no category “cheese”; there are dairy, fruit"),
    ("image", "cow", "no picture “cow”; there are milk"),
    ("price", "2,20", "“2,20” is not a price like 2.20"),
    ("price", "1e1", "“1e1” is not a price like 2.20"),
    ("price", "1_0.5", "is not a price"),
    ("price", "٢.٢٠", "is not a price"),
    ("price", "1,23.00", "is not a price"),
    ("stock", "1,20", "is not a number"),
    ("stock", "1e3", "is not a number"),
    ("name", "\uff1d1+1", "for a formula"),
    ("name", "\u200b=1+1", "for a formula"),
    ("name", "#NAME?", "where it failed"),
    ("name", "Cr\ufffdme", "a letter that was lost"),
    ("stock", "-1", "“-1” is not a number from 0 to 1000000"),
    ("stock", "1000001", "is not a number"),
    ("stock", "٣", "is not a number"),
    ("sold", "maybe", "“maybe” is not yes or no"),
    ("popular", "", "“” is not yes or no"),
    ("grams", "0", "“0” is not a number from 1 to 1000000, or nothing"),
    ("ml", "much", "“much” is not a number"),
    ("tax", "", "“” is not a rate of tax in percent"),
    ("tax", "101", "is not a rate"),
    ("barcode", "123", "“123” is no barcode: that has 8, 12 or 13 digits"),
    ("barcode", "5000128104518", "its last digit does not fit"),
    ("low", "few", "“few” is not a number from 0 to 1000000"),
    ("hold", "sometimes", "“sometimes” is none of never, scarce, always"),
]


@pytest.mark.parametrize(
    "product",
    [
        BOTTLE,
        replace(BOTTLE, sold=False, popular=False, ml=None, grams=500, stock=0),
        replace(BOTTLE, barcode=Barcode("0036000291452"), low=0),
    ],
)
def test_a_written_product_is_read_back_unchanged(product: object) -> None:
    assert read_product(write_product(product, POUNDS), KNOWN) == product  # type: ignore[arg-type]


def test_numbers_and_answers_are_read_as_spreadsheets_write_them() -> None:
    texts = {**TEXTS, "price": "£1,234.50", "stock": "1,200", "sold": "Yes", "popular": "TRUE"}

    wanted = replace(BOTTLE, price=Money(123450), stock=1200, sold=True, popular=True)
    assert read_product(texts, KNOWN) == wanted


def test_surrounding_spaces_are_ignored() -> None:
    assert read_product({name: f" {text} " for name, text in TEXTS.items()}, KNOWN) == BOTTLE


@pytest.mark.parametrize(("column", "text", "problem"), FAULTS)
def test_an_invalid_field_is_named_with_what_is_valid(column: str, text: str, problem: str) -> None:
    (fault,) = faults_of({**TEXTS, column: text})

    assert fault.column == column
    assert problem in fault_text(fault)


def test_all_faults_are_reported_at_once_including_missing_fields() -> None:
    problem = faults_of({})

    assert [fault.column for fault in problem] == [
        name for name in COLUMNS if name not in {"grams", "ml", "hold", "barcode", "low"}
    ]


def test_a_product_has_grams_or_millilitres_but_not_both() -> None:
    assert [fault.column for fault in faults_of({**TEXTS, "grams": "1"})] == ["ml"]


def faults_of(texts: dict[str, str]) -> list[Fault]:
    """Return what is wrong with *texts*."""
    found = read_product(texts, KNOWN)
    assert isinstance(found, list)
    return found
