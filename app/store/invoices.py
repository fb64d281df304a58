"""Invoices and credit notes, written in the transaction of what they say."""

from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.catalog import Money
from app.domain.invoices import LONGEST_REASON, Document, DocumentKind, InvoiceNumber, number_of
from app.domain.orders import Order, OrderNumber
from app.domain.taxes import Taxes, part_of, sum_of_gross, without
from app.store.tables import invoice_counters, invoices, orders


class BookEntry(NamedTuple):
    """A document, with what its order says of currency, payment and time zone."""

    document: Document
    currency: str
    pay: str
    zone: str


def issue_invoice(connection: Connection, order: Order, now_s: int) -> InvoiceNumber:
    """Write the invoice of *order*, which is placed now, and return its number."""
    return _issue(connection, order.number, DocumentKind.INVOICE, order.taxes, "", now_s)


def credit_all(connection: Connection, order: OrderNumber, now_s: int) -> InvoiceNumber | None:
    """Write a credit note of all that is left of *order*, which is cancelled, if there is any."""
    left = _left_of(connection, order)
    return credit_part(connection, order, sum_of_gross(left), "", now_s)


def credit_part(
    connection: Connection, order: OrderNumber, amount: Money, reason: str, now_s: int
) -> InvoiceNumber | None:
    """Write a credit note of *amount*, which is given back of *order*.

    What was credited before, as when it was cancelled, is not credited again; nor is an order that
    has no invoice. Returns None then.
    """
    left = _left_of(connection, order)
    if not (most := min(amount, sum_of_gross(left))):
        return None
    part = part_of(left, most)
    return _issue(connection, order, DocumentKind.CREDIT_NOTE, part, reason, now_s)


def documents_of(connection: Connection, order: OrderNumber) -> list[Document]:
    """Return the invoice of *order* and its credit notes, in the order of their numbers."""
    query = select(invoices).where(invoices.c.order == order)
    by_number = query.order_by(invoices.c.kind.desc(), invoices.c.number)
    return [_document(row) for row in connection.execute(by_number)]


def entries_between(connection: Connection, from_s: int, until_s: int) -> list[BookEntry]:
    """Return what was issued from *from_s* to before *until_s*, in the order of issue."""
    query = (
        select(invoices, orders.c.currency, orders.c.pay, orders.c.zone)
        .join(orders)
        .where(invoices.c.issued_at >= from_s, invoices.c.issued_at < until_s)
        .order_by(invoices.c.issued_at, invoices.c.kind.desc(), invoices.c.number)
    )
    return [
        BookEntry(_document(row), row.currency, row.pay, row.zone)
        for row in connection.execute(query)
    ]


def year_of(at_s: int, zone: str) -> int:
    """Return the year of *at_s* in the time zone of that name."""
    return datetime.fromtimestamp(at_s, zone_of(zone)).year


def zone_of(name: str) -> tzinfo:
    """Return the time zone of that name, or UTC if this machine does not know it any more."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return UTC


def _left_of(connection: Connection, order: OrderNumber) -> Taxes:
    """Return what is left of an invoice after its credit notes; no other transaction adds one."""
    its = invoices.c.order == order, invoices.c.kind == DocumentKind.INVOICE
    connection.execute(select(invoices.c.number).where(*its).with_for_update())
    left: Taxes = ()
    for document in documents_of(connection, order):
        is_invoice = document.kind is DocumentKind.INVOICE
        left = document.taxes if is_invoice else without(left, document.taxes)
    return left


def _issue(  # noqa: PLR0913, PLR0917 - all of it is in the document
    connection: Connection,
    order: OrderNumber,
    kind: DocumentKind,
    taxes: Taxes,
    reason: str,
    now_s: int,
) -> InvoiceNumber:
    zone = connection.execute(select(orders.c.zone).where(orders.c.number == order)).scalar_one()
    year = year_of(now_s, zone)
    number = number_of(kind, year, _count(connection, kind, year))
    values = {"number": number, "order": order, "kind": kind, "issued_at": now_s}
    connection.execute(
        insert(invoices).values(values | {"taxes": taxes, "reason": reason[:LONGEST_REASON]})
    )
    return number


def _count(connection: Connection, kind: DocumentKind, year: int) -> int:
    """Return the next number of *kind* in *year*.

    Its row stays locked until the transaction ends, and is as before if that fails: no gaps.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(invoice_counters).values(kind=kind, year=year, last=1)
    counted = first.on_conflict_do_update(
        index_elements=["kind", "year"], set_={"last": invoice_counters.c.last + 1}
    )
    return int(connection.execute(counted.returning(invoice_counters.c.last)).scalar_one())


def _document(row: Row[Any]) -> Document:
    return Document(
        InvoiceNumber(row.number),
        OrderNumber(row.order),
        DocumentKind(row.kind),
        row.issued_at,
        row.taxes,
        row.reason,
    )
