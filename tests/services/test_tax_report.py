"""What a bookkeeper gets: a row for each rate on each document."""

import io
from datetime import UTC, datetime

from app.domain.catalog import Money, TaxRate
from app.domain.currency import Currency
from app.domain.invoices import Document, DocumentKind, InvoiceNumber
from app.domain.orders import OrderNumber
from app.domain.taxes import TaxTotal
from app.services.tax_report import write_tax_report
from app.store.invoices import BookEntry

LATE = int(datetime(2027, 12, 31, 23, 30, tzinfo=UTC).timestamp())
TAXES = (
    TaxTotal(TaxRate(0), Money(2000), Money(0)),
    TaxTotal(TaxRate(1750), Money(1000), Money(175)),
)


def entry(number: str, kind: DocumentKind, zone: str) -> BookEntry:
    """Return a document that was issued half an hour before the year's end in UTC."""
    document = Document(InvoiceNumber(number), OrderNumber("7QK4-M2XD"), kind, LATE, TAXES)
    return BookEntry(document, "GBP", "card", zone)


def test_a_row_has_the_date_on_the_document_and_credit_notes_are_negative() -> None:
    file = io.StringIO()
    entries = [
        entry("2027-000007", DocumentKind.INVOICE, "Europe/London"),
        entry("C-2028-000001", DocumentKind.CREDIT_NOTE, "Asia/Taipei"),
    ]

    write_tax_report(entries, Currency("GBP", 2), file)

    assert file.getvalue().splitlines() == [
        "date,number,kind,order,pay,currency,rate,net,tax,gross",
        "2027-12-31,2027-000007,invoice,7QK4-M2XD,card,GBP,0,20.00,0.00,20.00",
        "2027-12-31,2027-000007,invoice,7QK4-M2XD,card,GBP,17.5,10.00,1.75,11.75",
        "2028-01-01,C-2028-000001,credit_note,7QK4-M2XD,card,GBP,0,-20.00,0.00,-20.00",
        "2028-01-01,C-2028-000001,credit_note,7QK4-M2XD,card,GBP,17.5,-10.00,-1.75,-11.75",
    ]


def test_amounts_have_the_decimals_of_the_currency() -> None:
    file = io.StringIO()

    write_tax_report([entry("1", DocumentKind.INVOICE, "UTC")], Currency("TWD", 0), file)

    assert file.getvalue().endswith(",17.5,1000,175,1175\n")
