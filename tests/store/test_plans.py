"""What servers ask again and again is found by an index, however many rows there are."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.mails import MailState
from app.domain.orders import OrderKey, OrderState, format_number
from app.domain.outbox import EvictedOutbox, OutboxId
from app.domain.paging import After
from app.domain.sessions import Lifetime, SessionHash
from app.store.account_list import list_accounts
from app.store.accounts import find_by_email, find_person
from app.store.addresses import load_addresses
from app.store.cart_reports import BEFORE_ALL, CartTally, list_idle
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart, load_carts, load_last, load_versions
from app.store.catalog import load_catalog_changes
from app.store.ended_sessions import REVISIONS, load_ended_sessions
from app.store.engines import connect
from app.store.failures import add_failure, find_failures
from app.store.mail_queue import (
    claim_mail,
    forget_old_mails,
    list_mails,
    load_waiting,
    release_claims,
)
from app.store.migrations import migrate
from app.store.order_moves import load_moved_orders
from app.store.orders import (
    bought_often,
    count_orders,
    find_order,
    find_order_by_key,
    find_order_by_number,
    last_bought,
    list_all_orders,
    list_orders,
    move_on,
    summarize_orders,
)
from app.store.product_edits import find_product
from app.store.product_log import list_edits, newest_edits
from app.store.queries import run_query
from app.store.seed import seed
from app.store.sessions import (
    LOGIN,
    end_account_sessions,
    load_last_uses,
    load_sessions,
    save_last_use,
)
from app.store.tables import metadata
from bench.growth.fill import Filler, Size
from tests.databases import Databases
from tests.examples import NOON

pytestmark = pytest.mark.on_both

SIZE = Size(products=250, accounts=300, orders=1200)
SMALL = {
    *("categories", "vouchers", "promotions", "promotion_products"),
    *("shelf", "session_counter", "order_counts"),
}
GROWING = metadata.tables.keys() - SMALL
ADA = AccountId("u-growth-7")
APPLES = Sku("gala-apples-500g")
LIFETIME = Lifetime(absolute_s=10**6, idle_s=10**6)
HASH = SessionHash("7".zfill(64))


def save_a_cart(connection: Connection) -> None:
    """Save a cart, from which an outbox is evicted."""
    evicted = (EvictedOutbox(OutboxId("old"), 3),)
    save_carts(connection, [as_save(load_cart(connection, ADA), evicted)], NOON)


def move_an_order(connection: Connection) -> None:
    """Move an order to its next state."""
    order = find_order_by_number(connection, format_number(1199))
    assert order
    move_on(connection, order, NOON)


Ask = Callable[[Connection], object]

ASKED: dict[str, Ask] = {
    "a login": lambda c: LOGIN(c, id_hash=HASH),
    "revisions": REVISIONS,
    "ended logins": lambda c: load_ended_sessions(c, 0),
    "logins of an account": lambda c: load_sessions(c, ADA, LIFETIME, NOON),
    "last uses": lambda c: load_last_uses(c, [HASH], LIFETIME, NOON),
    "a use": lambda c: save_last_use(c, HASH, NOON),
    "signing out": lambda c: end_account_sessions(c, ADA),
    "an account by e-mail": lambda c: find_by_email(c, "shopper-7@growth.example"),
    "an account": lambda c: find_person(c, ADA),
    "failures": lambda c: find_failures(c, "shopper-7@growth.example", "192.0.2.1"),
    "a failure": lambda c: add_failure(c, "shopper-7@growth.example", "192.0.2.1", NOON),
    "addresses": lambda c: load_addresses(c, ADA),
    "a cart": lambda c: load_cart(c, ADA),
    "carts": lambda c: load_carts(c, [ADA]),
    "versions": lambda c: load_versions(c, [ADA]),
    "an old outbox": lambda c: load_last(c, ADA, OutboxId("old")),
    "saving a cart": save_a_cart,
    "changes of the catalogue": lambda c: load_catalog_changes(c, 3),
    "moved orders": lambda c: load_moved_orders(c, 3, 5),
    "orders of an account": lambda c: list_orders(c, ADA, 1),
    "older orders of an account": lambda c: list_orders(c, ADA, After((99,))),
    "an order": lambda c: find_order(c, ADA, format_number(1)),
    "an order by its key": lambda c: find_order_by_key(c, ADA, OrderKey("key-1")),
    "limits of an account": lambda c: summarize_orders(c, ADA, NOON),
    "last bought": lambda c: last_bought(c, ADA, 8),
    "bought often": lambda c: bought_often(c, ADA, 8),
    "moving an order": move_an_order,
    "mails that wait": load_waiting,
    "a mail to be sent": lambda c: claim_mail(c, "w1", "shop.example", NOON),
    "claims of a server": lambda c: release_claims(c, "w1", NOON),
    "old mails": lambda c: forget_old_mails(c, NOON),
    "staff: mails": lambda c: list_mails(c, MailState.SENT, 1),
    "staff: older mails": lambda c: list_mails(c, MailState.SENT, After((NOON, "0a"))),
    "staff: orders": lambda c: list_all_orders(c, None),
    "staff: orders in a state": lambda c: list_all_orders(c, OrderState.PLACED),
    "staff: older orders": lambda c: list_all_orders(c, None, After((99,))),
    "staff: orders, page 9": lambda c: list_all_orders(c, None, 9),
    "staff: counts": count_orders,
    "staff: accounts": lambda c: list_accounts(c, "", 1),
    "staff: older accounts": lambda c: list_accounts(c, "", After((NOON, ADA))),
    "staff: accounts, page 9": lambda c: list_accounts(c, "", 9),
    "staff: an account by e-mail": lambda c: list_accounts(c, "shopper-7@growth.example", 1),
    "staff: an account by id": lambda c: list_accounts(c, ADA, 1),
    "staff: log": lambda c: list_edits(c, None, 1),
    "staff: older log": lambda c: list_edits(c, None, After((10**6, APPLES))),
    "staff: log of a product": lambda c: list_edits(c, APPLES, 1),
    "staff: a product": lambda c: find_product(c, APPLES),
    "staff: last edits": lambda c: newest_edits(c, [APPLES]),
    "staff: a slice of carts": lambda c: CartTally().add_slice(c, BEFORE_ALL),
    "staff: idle carts": lambda c: list_idle(c, [ADA], NOON),
}


@pytest.fixture(scope="module")
def filled(databases: Databases) -> Iterator[Engine]:
    """Return an engine of a database that has grown."""
    engine = connect(databases.new())
    migrate(engine)
    run_query(engine, seed)
    run_query(engine, lambda connection: Filler(connection, NOON).fill(SIZE))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("name", ASKED)
def test_no_table_that_grows_is_read_as_a_whole(filled: Engine, name: str) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            statements.append((statement, values[0] if isinstance(values, list) else values))

    with filled.connect() as connection:
        event.listen(connection, "before_cursor_execute", note)
        ASKED[name](connection)
        event.remove(connection, "before_cursor_execute", note)
        assert statements
        read = [
            (table, text)
            for text, values in statements
            for table in whole_tables(connection, text, values)
        ]
        connection.rollback()

    assert [(table, text) for table, text in read if table in GROWING] == []


def whole_tables(connection: Connection, statement: str, values: Any) -> Sequence[str]:
    """Return which tables a statement reads without an index, by the plan of the database."""
    if connection.dialect.name == "postgresql":
        # Tables of this size are read as a whole if they may be, whatever indexes they have.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
        return [
            node["Relation Name"]
            for node in nodes(plan[0]["Plan"])
            if node["Node Type"] == "Seq Scan"
        ]
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    steps = [row[-1].split() for row in rows]
    return [step[1] for step in steps if step[0] == "SCAN" and "INDEX" not in step]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the nodes of a plan of PostgreSQL."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)
