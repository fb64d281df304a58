"""What a bookkeeper needs: a row for each rate on each invoice and credit note."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any, Final

from app.domain.currency import Currency
from app.domain.invoices import DocumentKind
from app.domain.money import plain_amount
from app.domain.taxes import plain_rate
from app.store.invoices import BookEntry, zone_of

COLUMNS: Final = (
    *("date", "number", "kind", "order", "pay"),
    *("currency", "rate", "net", "tax", "gross"),
)


def write_tax_report(entries: Iterable[BookEntry], currency: Currency, file: IO[str]) -> None:
    """Write *entries* to *file* as CSV; amounts of credit notes are negative.

    Dates are those on the documents, rates are in percent, and amounts have the decimals of
    *currency*.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerows(_rows(entry, currency))


def _rows(entry: BookEntry, currency: Currency) -> Iterator[tuple[Any, ...]]:
    document = entry.document
    sign = 1 if document.kind is DocumentKind.INVOICE else -1
    issued = datetime.fromtimestamp(document.issued_at_s, zone_of(entry.zone)).date()
    about = (issued, document.number, document.kind, document.order, entry.pay, entry.currency)
    for total in document.taxes:
        amounts = (
            plain_amount(sign * one, currency) for one in (total.net, total.tax, total.gross)
        )
        yield *about, plain_rate(total.rate), *amounts
