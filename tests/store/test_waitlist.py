"""Waitlists on disk: whatever frees units asks who waits, in their order, and nobody twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog, HoldRule, Sku
from app.domain.hold_care import Grace, plan_care
from app.domain.ops import SetLine
from app.domain.orders import CancelOrder
from app.domain.verdicts import Code, No
from app.domain.waitlist import AWAY_AFTER_S, MOST_PLACES, NEW_S, OFFER_S, Joined, plan_offers
from app.store.account_removal import write_deletion
from app.store.accounts import Person, add_account
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.catalog import load_catalog_changes
from app.store.hold_care import attend_waitlist, load_held, load_leases, take_care
from app.store.holds import free_holds
from app.store.order_changes import apply_order_change
from app.store.product_edits import ProductValues, edit_products, set_product
from app.store.seed import seed
from app.store.tables import holds, mails, waitlist
from app.store.waitlist import (
    attend_offers,
    join_waitlist,
    leave_waitlist,
    load_presence,
    places_of,
)
from tests.buying import placed
from tests.examples import ADA, EMPTY, NOON, after, ruling_on
from tests.staff import BY_COMMAND
from tests.store.example_people import ADA_HERSELF

pytestmark = pytest.mark.on_both

MILK = Sku("milk-2l")
HERE = "w1"
WAITING = tuple(AccountId(f"u-{name}") for name in ("bob", "cy", "dee", "eve"))
BOB, CY, DEE, EVE = WAITING
GRACE = Grace(usual_s=10, checkout_s=30)
AWAY = Grace(AWAY_AFTER_S, AWAY_AFTER_S)


def stocked(connection: Connection, stock: int = 1) -> None:
    """Seed a shop with so many milk, which carts hold, and four more shoppers."""
    seed(connection)
    for account in WAITING:
        person = Person(account, f"{account}@example.com", account, "")
        add_account(connection, person, EMPTY.epoch, NOON)
    set_product(connection, MILK, {"stock": stock, "hold": HoldRule.ALWAYS}, BY_COMMAND)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Return a connection to a shop with one milk, which Ada has in her cart."""
    with engine.connect() as connection:
        stocked(connection)
        put(connection, ADA, 1)
        yield connection


def catalog(connection: Connection) -> Catalog:
    return load_catalog_changes(connection, -1).catalog


def put(connection: Connection, account: AccountId, qty: int, now_s: int = NOON) -> Cart:
    cart = after(
        SetLine(MILK, qty), cart=load_cart(connection, account), catalog=catalog(connection)
    )
    assert not save_carts(connection, [as_save(cart, (), hold_s=GRACE.usual_s)], now_s).refused
    return load_cart(connection, account)


def wait(connection: Connection, *accounts: AccountId, now_s: int = NOON) -> list[Joined]:
    return [join_waitlist(connection, account, MILK, now_s) for account in accounts]


def looks_after(connection: Connection, now_s: int, *attended: AccountId) -> None:
    """Do what a node does each second."""
    care = plan_care(
        load_presence(connection), load_leases(connection), attended, HERE, now_s, AWAY
    )
    attend_waitlist(connection, care, HERE, now_s + 3)
    found = load_held(connection)
    offers_care = plan_offers(found.held, found.leases, attended, HERE, now_s)
    attend_offers(connection, offers_care, HERE, now_s)
    care = plan_care(found.held, found.leases, attended, HERE, now_s, GRACE)
    take_care(connection, care, HERE, now_s + 3)


def waiting(connection: Connection) -> list[AccountId]:
    """Return who waits for milk, in their order; all of it must add up."""
    query = select(waitlist.c.account).where(waitlist.c.sku == MILK).order_by(waitlist.c.number)
    found = [AccountId(account) for account in connection.scalars(query)]
    milk = catalog(connection).products[MILK]
    units = select(func.coalesce(func.sum(holds.c.qty), 0)).where(holds.c.sku == MILK)
    assert milk.on_hold == connection.execute(units).scalar_one() <= milk.stock
    assert milk.waiting == len(found)
    assert not found or milk.stock == milk.on_hold or not milk.sold
    return found


def offers(connection: Connection) -> dict[AccountId, int]:
    return dict(catalog(connection).offers.get(MILK, {}))


def mailed(connection: Connection) -> list[tuple[str, str]]:
    query = select(mails.c.kind, mails.c.account).order_by(mails.c.kind, mails.c.account)
    return [(row.kind, row.account) for row in connection.execute(query)]


def test_the_first_who_is_connected_is_offered_the_unit_and_those_before_get_a_mail(
    connection: Connection,
) -> None:
    assert wait(connection, BOB, CY, DEE) == [Joined.WAITS] * 3
    now_s = NOON + AWAY_AFTER_S + 1
    looks_after(connection, now_s - 1, ADA, CY, DEE)
    assert waiting(connection) == [BOB, CY, DEE]

    put(connection, ADA, 0, now_s)

    assert waiting(connection) == [DEE]
    assert offers(connection) == {CY: now_s + OFFER_S}
    assert mailed(connection) == [("free_again", BOB)]
    refused = ruling_on(SetLine(MILK, 1), load_cart(connection, EVE), catalog(connection))
    assert isinstance(refused.verdict, No)
    assert refused.verdict.code is Code.SOLD_OUT


def test_an_offer_is_taken_by_adding_and_lapses_though_its_shopper_is_there(
    connection: Connection,
) -> None:
    wait(connection, BOB, CY)
    looks_after(connection, NOON, ADA, BOB, CY)
    put(connection, ADA, 0)
    looks_after(connection, NOON + OFFER_S, BOB, CY)
    assert offers(connection) == {BOB: NOON + OFFER_S}

    looks_after(connection, NOON + OFFER_S + 1, BOB, CY)
    assert offers(connection) == {CY: NOON + OFFER_S + 1 + OFFER_S}
    assert put(connection, CY, 1).lines[MILK].qty == 1
    looks_after(connection, NOON + 3 * OFFER_S, CY)

    assert offers(connection) == {}
    assert {**catalog(connection).holders[MILK]} == {BOB: 0, CY: 1}
    assert waiting(connection) == []


def test_who_has_left_and_does_not_come_back_gets_a_mail_and_the_next_is_asked(
    connection: Connection,
) -> None:
    wait(connection, BOB, CY)
    looks_after(connection, NOON, ADA, BOB, CY)
    looks_after(connection, NOON + 1, ADA, CY)
    put(connection, ADA, 0, NOON + 10)
    until_s = NOON + 1 + AWAY_AFTER_S
    assert offers(connection) == {BOB: until_s}

    looks_after(connection, until_s, CY)
    assert offers(connection).keys() == {BOB}
    assert mailed(connection) == []
    looks_after(connection, until_s + 1, CY)

    assert offers(connection) == {CY: until_s + 1 + OFFER_S}
    assert mailed(connection) == [("free_again", BOB)]


def test_who_comes_back_in_time_has_as_long_as_others(connection: Connection) -> None:
    wait(connection, BOB, CY)
    put(connection, ADA, 0)
    before = load_catalog_changes(connection, -1).revision
    assert offers(connection) == {BOB: NOON + AWAY_AFTER_S}

    looks_after(connection, NOON + AWAY_AFTER_S + 1, BOB, CY)

    assert offers(connection) == {BOB: NOON + AWAY_AFTER_S + 1 + OFFER_S}
    assert load_catalog_changes(connection, before).catalog.products.keys() == {MILK}
    looks_after(connection, NOON + AWAY_AFTER_S + 1 + NEW_S, CY)
    looks_after(connection, NOON + AWAY_AFTER_S + 2 + OFFER_S, CY)
    assert offers(connection).keys() == {CY}
    assert mailed(connection) == []


def test_whom_a_node_misses_at_once_was_not_told(connection: Connection) -> None:
    wait(connection, BOB, CY)
    looks_after(connection, NOON, ADA, BOB, CY)
    put(connection, ADA, 0)
    assert offers(connection) == {BOB: NOON + OFFER_S}

    looks_after(connection, NOON + 1, CY)
    assert offers(connection) == {BOB: NOON + 1 + AWAY_AFTER_S}
    looks_after(connection, NOON + 2 + AWAY_AFTER_S, CY)

    assert offers(connection).keys() == {CY}
    assert mailed(connection) == [("free_again", BOB)]


def test_whose_node_was_killed_is_asked_before_anybody_has_noticed(connection: Connection) -> None:
    wait(connection, BOB)
    looks_after(connection, NOON, ADA, BOB)

    put(connection, ADA, 0, NOON + 3)

    assert offers(connection) == {BOB: NOON + 3 + AWAY_AFTER_S}
    assert mailed(connection) == []


def test_whatever_frees_units_asks_who_waits(connection: Connection) -> None:
    bought = placed(load_cart(connection, ADA), catalog(connection))
    apply_order_change(connection, bought.change, NOON)
    wait(connection, BOB)
    apply_order_change(connection, CancelOrder(bought.change.order), NOON)
    assert offers(connection).keys() == {BOB}

    wait(connection, CY)
    free_holds(connection, holds.c.account == BOB, NOON)
    assert offers(connection).keys() == {CY}

    wait(connection, DEE, EVE)
    set_product(connection, MILK, {"stock": 2}, BY_COMMAND)
    assert offers(connection).keys() == {CY, DEE}
    milk = catalog(connection).products[MILK]
    edit_products(connection, [ProductValues(MILK, milk.version, {"stock": 3})], BY_COMMAND)
    assert offers(connection).keys() == {CY, DEE, EVE}

    wait(connection, ADA, BOB)
    leave_waitlist(connection, EVE, MILK, NOON)
    assert offers(connection).keys() == {CY, DEE, ADA}
    write_deletion(connection, ADA_HERSELF, NOON)
    assert offers(connection).keys() == {CY, DEE, BOB}
    assert waiting(connection) == []


def test_one_waits_once_for_what_cannot_be_had_and_leaves_whenever_they_like(
    connection: Connection,
) -> None:
    assert wait(connection, BOB, CY, BOB, ADA) == [*[Joined.WAITS] * 3, Joined.FREE]
    assert join_waitlist(connection, BOB, Sku("gala-apples-1kg"), NOON) is Joined.FREE
    assert join_waitlist(connection, BOB, Sku("moon-1kg"), NOON) is Joined.GONE
    assert waiting(connection) == [BOB, CY]
    assert places_of(connection, CY) == [(MILK, 1)]
    leave_waitlist(connection, BOB, MILK, NOON)
    assert places_of(connection, CY) == [(MILK, 0)]
    assert (waiting(connection), mailed(connection)) == ([CY], [])

    for sku in [sku for sku in catalog(connection).products if sku != MILK][:MOST_PLACES]:
        set_product(connection, sku, {"stock": 0}, BY_COMMAND)
        assert join_waitlist(connection, DEE, sku, NOON) is Joined.WAITS
    assert wait(connection, DEE) == [Joined.FULL]


def test_who_waits_for_what_is_sold_no_longer_is_told(connection: Connection) -> None:
    wait(connection, BOB, CY)

    set_product(connection, MILK, {"sold": False}, BY_COMMAND)

    assert waiting(connection) == []
    assert mailed(connection) == [("sold_no_longer", BOB), ("sold_no_longer", CY)]
    assert wait(connection, DEE) == [Joined.GONE]


def test_the_waitlist_of_a_killed_node_s_shoppers_goes_on_a_while(connection: Connection) -> None:
    wait(connection, BOB)
    looks_after(connection, NOON, BOB)
    (presence,) = load_presence(connection)
    assert (presence.node, presence.expires_at_s) == (HERE, None)

    care = plan_care([presence], load_leases(connection), [], "w2", NOON + 9, AWAY)
    attend_waitlist(connection, care, "w2", NOON + 12)
    (presence,) = load_presence(connection)

    assert (presence.node, presence.expires_at_s) == (None, NOON + 3 + AWAY_AFTER_S)


some_step = st.one_of(
    st.tuples(st.just("waits"), st.sampled_from(WAITING)),
    st.tuples(st.just("leaves"), st.sampled_from(WAITING)),
    st.tuples(st.just("puts"), st.sampled_from(WAITING), st.integers(0, 2)),
    st.tuples(st.just("has"), st.integers(0, 3)),
    st.tuples(st.just("passes"), st.sets(st.sampled_from(WAITING)), st.sampled_from([1, 40, 310])),
)


class Queue:
    """Four shoppers who wait, take, give back and come and go, and what is known of their order."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.now_s = connection, NOON
        self.expected: list[AccountId] = []

    def waits(self, account: AccountId) -> None:
        joined = join_waitlist(self.connection, account, MILK, self.now_s)
        if joined is Joined.WAITS and account not in self.expected:
            self.expected.append(account)

    def leaves(self, account: AccountId) -> None:
        leave_waitlist(self.connection, account, MILK, self.now_s)
        self.expected = [one for one in self.expected if one != account]

    def puts(self, account: AccountId, qty: int) -> None:
        found = catalog(self.connection)
        cart = after(SetLine(MILK, qty), cart=load_cart(self.connection, account), catalog=found)
        save_carts(self.connection, [as_save(cart, (), hold_s=GRACE.usual_s)], self.now_s)

    def has(self, stock: int) -> None:
        on_hold = catalog(self.connection).products[MILK].on_hold
        set_product(
            self.connection,
            MILK,
            {"stock": on_hold + stock},
            BY_COMMAND._replace(at_s=self.now_s),
        )

    def passes(self, attended: set[AccountId], seconds: int) -> None:
        self.now_s += seconds
        looks_after(self.connection, self.now_s, *attended)

    def is_in_order(self) -> None:
        """Check that only the first have gone, and that nobody else got what they waited for."""
        left = waiting(self.connection)
        assert left == self.expected[len(self.expected) - len(left) :]
        self.expected = left


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(some_step, max_size=25))
def test_nobody_is_overtaken(engine: Engine, steps: list[tuple[Any, ...]]) -> None:
    with engine.connect() as connection:
        stocked(connection, 0)
        queue = Queue(connection)
        for name, *args in steps:
            getattr(queue, name)(*args)
            queue.is_in_order()
