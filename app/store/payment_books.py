"""Reads what is written of orders by card, for the check that all of it agrees."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from app.domain.catalog import Money
from app.domain.invoices import DocumentKind
from app.domain.orders import OrderNumber, OrderState, Pay
from app.domain.payment_books import Books
from app.domain.taxes import sum_of_gross
from app.store.invoices import documents_of
from app.store.payments import as_payment
from app.store.refunds import list_refunds
from app.store.tables import orders, payments


def read_books(connection: Connection) -> Iterator[tuple[OrderNumber, Books | None]]:
    """Yield what is written of each order by card; None if it has no payment at all."""
    query = select(payments, orders.c.number, orders.c.state.label("order_state"), orders.c.total)
    by_card = query.select_from(orders.outerjoin(payments)).where(orders.c.pay == Pay.CARD)
    for row in connection.execute(by_card.order_by(orders.c.placed)):
        number = OrderNumber(row.number)
        if row.order is None:
            yield number, None
            continue
        yield (
            number,
            Books(
                OrderState(row.order_state),
                Money(row.total),
                as_payment(row),
                list_refunds(connection, number),
                _invoiced(connection, number),
                row.next_check_at is None,
            ),
        )


def _invoiced(connection: Connection, number: OrderNumber) -> Money | None:
    documents = documents_of(connection, number)
    signs = {DocumentKind.INVOICE: 1, DocumentKind.CREDIT_NOTE: -1}
    sums = [signs[document.kind] * sum_of_gross(document.taxes) for document in documents]
    return Money(sum(sums)) if sums else None
