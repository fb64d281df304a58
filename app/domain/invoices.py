"""Invoices and credit notes: numbers without gaps, and what they say (decision 0119)."""

from enum import StrEnum
from typing import Final, NamedTuple, NewType

from app.domain.orders import OrderNumber
from app.domain.taxes import Taxes

InvoiceNumber = NewType("InvoiceNumber", str)

LONGEST_REASON: Final = 200


class DocumentKind(StrEnum):
    """An invoice says what was sold; a credit note takes back some or all of one."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Document(NamedTuple):
    """An invoice or a credit note; the amounts of both are positive.

    A `reason` is that of a credit note, empty if the order was cancelled.
    """

    number: InvoiceNumber
    order: OrderNumber
    kind: DocumentKind
    issued_at_s: int
    taxes: Taxes
    reason: str = ""


_PREFIXES: Final = {DocumentKind.INVOICE: "", DocumentKind.CREDIT_NOTE: "C-"}


def number_of(kind: DocumentKind, year: int, count: int) -> InvoiceNumber:
    """Return the number of the document that is the *count*-th of its kind in *year*."""
    return InvoiceNumber(f"{_PREFIXES[kind]}{year}-{count:06}")
