"""What stands on a receipt, in the reader's words: the page and the PDF file show the same.

A receipt is all documents of an order, the invoice first; each is a sheet.
"""

from msgspec import Struct


class SheetLine(Struct, frozen=True):
    """A product that was bought; `language` is that of its name and unit, a BCP 47 tag."""

    name: str
    unit: str
    language: str
    qty: str
    price: str
    amount: str


class TaxLine(Struct, frozen=True):
    """What was charged at one rate of tax."""

    rate: str
    net: str
    tax: str
    gross: str


class Sheet(Struct, frozen=True):
    """One document; `facts` and `sums` are labels with their values, the last sum the total.

    `lines` are empty on a credit note of a part. `remarks` are paragraphs at its end.
    """

    title: str
    issuer: tuple[str, ...]
    recipient: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    lines: tuple[SheetLine, ...]
    sums: tuple[tuple[str, str], ...]
    taxes: tuple[TaxLine, ...]
    remarks: tuple[str, ...] = ()


class Headings(Struct, frozen=True):
    """The headings of the tables, from left to right, and of the recipient's address."""

    lines: tuple[str, str, str, str]
    taxes: tuple[str, str, str, str]
    recipient: str


class Receipt(Struct, frozen=True):
    """The documents of an order; `made_at_s` is when the newest was issued.

    `page` says which page it is, with `{page}` and `{pages}` in it.
    """

    title: str
    author: str
    language: str
    made_at_s: int
    headings: Headings
    page: str
    sheets: tuple[Sheet, ...]
