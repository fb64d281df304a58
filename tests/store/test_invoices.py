"""Invoices and credit notes: numbered without gaps, and they come to what was charged."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, update

from app.domain.catalog import Money, TaxRate
from app.domain.invoices import Document, DocumentKind
from app.domain.orders import Order, OrderNumber
from app.domain.taxes import TaxTotal, sum_of_gross
from app.store.invoices import credit_part, documents_of, entries_between, issue_invoice
from app.store.orders import cancel_order_offline, move_on
from app.store.product_edits import set_product
from app.store.queries import run_query
from app.store.seed import seed
from app.store.tables import orders
from tests.buying import placed
from tests.examples import ADA, NOON
from tests.staff import BY_COMMAND
from tests.store.orders_on_disk import MILK, catalog, ordered, saved, with_milk

pytestmark = pytest.mark.on_both

NEW_YEAR_UTC = int(datetime(2028, 1, 1, tzinfo=UTC).timestamp())


@pytest.fixture(autouse=True)
def _stocked(engine: Engine) -> None:
    """Seed the catalogue; milk is taxed, so that there is something to see."""
    run_query(engine, seed)
    run_query(engine, set_product, MILK, {"price": 120, "stock": 99, "tax": 2000}, BY_COMMAND)


def documents(engine: Engine, order: Order) -> list[Document]:
    """Return the documents of an order."""
    return run_query(engine, documents_of, order.number)


def test_an_order_has_an_invoice_from_the_moment_it_is_placed(engine: Engine) -> None:
    order = ordered(engine)

    (invoice,) = documents(engine, order)

    assert (invoice.number, invoice.issued_at_s) == ("2027-000001", NOON)
    assert invoice.kind is DocumentKind.INVOICE
    assert invoice.taxes == (TaxTotal(TaxRate(2000), Money(200), Money(40)),)
    assert sum_of_gross(invoice.taxes) == order.totals.total == 240


def test_a_cancelled_order_has_a_credit_note_of_all_that_was_not_credited_yet(
    engine: Engine,
) -> None:
    order = ordered(engine)
    run_query(engine, credit_part, order.number, Money(91), "Short", NOON + 1)

    assert run_query(engine, cancel_order_offline, order, NOON + 2)

    invoice, part, rest = documents(engine, order)
    assert [one.number for one in (part, rest)] == ["C-2027-000001", "C-2027-000002"]
    assert (part.kind, part.reason, rest.reason) == (DocumentKind.CREDIT_NOTE, "Short", "")
    assert part.taxes == (TaxTotal(TaxRate(2000), Money(76), Money(15)),)
    (whole,), (first,), (second,) = invoice.taxes, part.taxes, rest.taxes
    assert (first.net + second.net, first.tax + second.tax) == (whole.net, whole.tax)
    assert run_query(engine, credit_part, order.number, Money(1), "Late", NOON) is None


def test_an_order_that_cannot_be_cancelled_any_more_is_not_credited(engine: Engine) -> None:
    order = ordered(engine)
    assert run_query(engine, move_on, order, NOON)

    assert not run_query(engine, cancel_order_offline, order, NOON)

    assert [one.kind for one in documents(engine, order)] == [DocumentKind.INVOICE]


def test_the_year_of_a_number_begins_in_the_time_zone_of_the_order(engine: Engine) -> None:
    order = ordered(engine)

    def move_to(connection: Connection, zone: str) -> None:
        connection.execute(update(orders).values(zone=zone))

    numbers = []
    for zone in ("Asia/Taipei", "America/Lima"):
        run_query(engine, move_to, zone)
        numbers.append(run_query(engine, issue_invoice, order, NEW_YEAR_UTC))

    assert numbers == ["2028-000001", "2027-000002"]


def test_what_was_issued_in_a_time_is_listed_in_its_order(engine: Engine) -> None:
    first, second = ordered(engine), ordered(engine, "2222-2222")
    assert run_query(engine, cancel_order_offline, first, NOON + 5)

    listed = run_query(engine, entries_between, NOON, NOON + 5)
    later = run_query(engine, entries_between, NOON + 5, NOON + 6)

    assert [one.document.order for one in listed] == [first.number, second.number]
    assert [one.document.number for one in later] == ["C-2027-000001"]


class _Killed(Exception):
    """The process was killed before it could commit."""


def test_there_are_no_gaps_and_no_doubles_whoever_orders_at_once_and_whatever_fails(
    engine: Engine,
) -> None:
    order = ordered(engine)

    def issue(connection: Connection, attempt: int) -> None:
        issue_invoice(connection, order, NOON)
        if attempt % 5 == 3:
            connection.invalidate()
        if attempt % 5 in {2, 3}:
            raise _Killed

    def try_to(attempt: int) -> bool:
        with suppress(_Killed):
            run_query(engine, issue, attempt)
            return True
        return False

    with ThreadPoolExecutor(20) as threads:
        issued = sum(threads.map(try_to, range(40)))

    numbers = sorted(one.number for one in documents(engine, order))
    assert issued == 24
    assert numbers == [f"2027-{count:06}" for count in range(1, 1 + issued + 1)]


def test_an_order_that_is_refused_takes_no_number(engine: Engine) -> None:
    ordered(engine)
    wanted = placed(with_milk(engine), catalog(engine), number=OrderNumber("3333-3333"))
    run_query(engine, set_product, MILK, {"stock": 1}, BY_COMMAND)

    assert saved(engine, wanted) == (ADA,)

    after = ordered(engine, "4444-4444")
    assert [one.number for one in documents(engine, after)] == ["2027-000002"]
    assert run_query(engine, documents_of, OrderNumber("3333-3333")) == []
