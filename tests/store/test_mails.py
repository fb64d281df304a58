"""Mails on disk: written in the transaction of what they tell, or taken back with it."""

from typing import NamedTuple

import pytest
from sqlalchemy import Connection, Engine, select, update

from app.domain.catalog import Money
from app.domain.mails import RETRACTABLE_S, MailKind, MailState
from app.domain.orders import Order
from app.store.account_removal import write_deletion
from app.store.mails import write_order_mail
from app.store.orders import cancel_order_offline, find_order_by_number, move_back, move_on
from app.store.queries import run_query
from app.store.seed import seed
from app.store.tables import mails
from tests.examples import NOON
from tests.staff import set_product
from tests.store.example_people import ADA_HERSELF
from tests.store.orders_on_disk import MILK, ordered

pytestmark = pytest.mark.on_both

PLACED, ON_ITS_WAY = MailKind.ORDER_PLACED, MailKind.ORDER_ON_ITS_WAY
CHANGED, CANCELLED = MailKind.ORDER_CHANGED, MailKind.ORDER_CANCELLED


@pytest.fixture(autouse=True)
def _stocked(engine: Engine) -> None:
    """Seed the catalogue."""
    run_query(engine, seed)
    run_query(engine, set_product, MILK, Money(100), 5)


class Told(NamedTuple):
    """A mail of the database: to whom, about which order, and when it is due."""

    kind: str
    recipient: str
    order: str
    next_try_at: int


def told(connection: Connection) -> list[Told]:
    """Return all mails, in the order in which they are due."""
    columns = (mails.c.kind, mails.c.recipient, mails.c.order, mails.c.next_try_at)
    return [Told(*row) for row in connection.execute(select(*columns).order_by(columns[3]))]


def kinds(engine: Engine) -> list[str]:
    """Return what customers are told, in the order in which it is due."""
    return [one.kind for one in run_query(engine, told)]


def mark_sent(connection: Connection) -> None:
    """Have all mails sent."""
    connection.execute(update(mails).values(state=MailState.SENT, tries=1))


def reload(engine: Engine, order: Order) -> Order:
    """Return *order* as it is now."""
    found = run_query(engine, find_order_by_number, order.number)
    assert found
    return found


def move(engine: Engine, order: Order, now_s: int = NOON) -> int:
    """Move *order* on from the state that it is in, and return the revision of that."""
    return run_query(engine, move_on, reload(engine, order), now_s) or 0


def test_an_order_is_told_when_it_is_placed_on_its_way_and_cancelled(engine: Engine) -> None:
    order = ordered(engine)
    move(engine, order)
    move(engine, order, NOON + 10)

    assert run_query(engine, told) == [
        Told(PLACED, ADA_HERSELF.email, order.number, NOON),
        Told(ON_ITS_WAY, ADA_HERSELF.email, order.number, NOON + 10 + RETRACTABLE_S),
    ]
    run_query(engine, mark_sent)
    run_query(engine, cancel_order_offline, reload(engine, order), NOON + 999)

    assert run_query(engine, told)[2:] == [
        Told(CANCELLED, ADA_HERSELF.email, order.number, NOON + 999)
    ]


def test_a_refused_cancellation_tells_nothing(engine: Engine) -> None:
    order = ordered(engine)
    move(engine, order)

    assert not run_query(engine, cancel_order_offline, order, NOON)
    assert kinds(engine) == [PLACED]


def test_a_move_that_is_taken_back_in_time_was_never_told(engine: Engine) -> None:
    order = ordered(engine)
    move(engine, order)
    revision = move(engine, order)

    assert run_query(engine, move_back, reload(engine, order), revision, NOON)
    assert kinds(engine) == [PLACED]

    move(engine, order)
    run_query(engine, cancel_order_offline, reload(engine, order), NOON + 1)
    assert kinds(engine) == [PLACED, CANCELLED]


def test_a_move_that_is_taken_back_after_it_was_told_is_told_as_a_change(engine: Engine) -> None:
    order = ordered(engine)
    move(engine, order)
    revision = move(engine, order)
    run_query(engine, mark_sent)

    assert run_query(engine, move_back, reload(engine, order), revision, NOON + 999)
    assert kinds(engine) == [PLACED, ON_ITS_WAY, CHANGED]


def test_who_has_deleted_their_account_is_told_nothing_more(engine: Engine) -> None:
    order = ordered(engine)
    run_query(engine, cancel_order_offline, order, NOON)
    run_query(engine, write_deletion, ADA_HERSELF, NOON)
    with engine.begin() as connection:
        write_order_mail(connection, order, MailKind.ORDER_REFUNDED, NOON, amount=100, reason="")

    assert [one for one in kinds(engine) if one != MailKind.ACCOUNT_DELETED] == []
