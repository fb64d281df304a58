"""Holds on disk: taken with carts, sold by orders, and ended when nobody attends them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog, HoldRule, Sku
from app.domain.hold_care import Grace, plan_care
from app.domain.ops import AddLine, SetLine, SetNote
from app.domain.orders import OrderKey, format_number
from app.domain.placing import Placed, place
from app.domain.sessions import Lifetime, Session, SessionHash
from app.store.account_removal import write_deletion
from app.store.accounts import add_account
from app.store.cart_rows import StaleCart
from app.store.cart_saves import SaveConflicts, as_save, save_carts
from app.store.carts import load_cart
from app.store.catalog import load_catalog_changes
from app.store.hold_care import load_held, note_checkout, take_care
from app.store.product_edits import set_product
from app.store.seed import seed
from app.store.sessions import add_session, sign_out
from app.store.tables import holds, products
from tests.buying import placed, request
from tests.examples import ADA, EMPTY, NOON, after
from tests.staff import BY_COMMAND
from tests.store.example_people import ADA_HERSELF, BOB, BOB_HIMSELF

pytestmark = pytest.mark.on_both

MILK, APPLES = Sku("milk-2l"), Sku("gala-apples-1kg")
GRACE = Grace(usual_s=10, checkout_s=30)
HERE, THERE = "w1", "w2"


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Return a connection with five milk that are held, and two shoppers."""
    with engine.connect() as connection:
        seed(connection)
        add_account(connection, BOB_HIMSELF, EMPTY.epoch, NOON)
        values = {"stock": 5, "hold": HoldRule.ALWAYS}
        set_product(connection, MILK, values, BY_COMMAND)
        yield connection


def catalog(connection: Connection) -> Catalog:
    return load_catalog_changes(connection, -1).catalog


def with_milk(connection: Connection, qty: int, account: AccountId = ADA) -> Cart:
    cart = load_cart(connection, account)
    return after(SetLine(MILK, qty), cart=cart, catalog=catalog(connection))


def save(connection: Connection, *carts: Cart, now_s: int = NOON) -> SaveConflicts:
    saves = [as_save(cart, (), hold_s=GRACE.usual_s) for cart in carts]
    return save_carts(connection, saves, now_s)


def held(connection: Connection, sku: Sku = MILK) -> Mapping[AccountId, int]:
    """Return for whom a product is held, which must be as many as it says."""
    found = catalog(connection)
    holders = found.holders.get(sku, {})
    assert found.products[sku].on_hold == sum(holders.values())
    return holders


def looks_after(connection: Connection, node: str, now_s: int, *attended: AccountId) -> None:
    """Do what *node* does each second."""
    found = load_held(connection)
    care = plan_care(found.held, found.leases, attended, node, now_s, GRACE)
    take_care(connection, care, node, now_s + 3)


def test_what_is_held_is_saved_with_the_cart_and_freed_with_the_line(
    connection: Connection,
) -> None:
    assert save(connection, with_milk(connection, 3)) == SaveConflicts()
    assert held(connection) == {ADA: 3}
    version = catalog(connection).products[MILK].version
    save(connection, with_milk(connection, 1))
    assert held(connection) == {ADA: 1}
    save(connection, with_milk(connection, 0))

    assert held(connection) == {}
    assert catalog(connection).products[MILK].version == version
    assert catalog(connection).products[MILK].stock == 5


def test_of_carts_saved_together_only_those_are_refused_that_cannot_have_it(
    connection: Connection,
) -> None:
    carts = with_milk(connection, 3), with_milk(connection, 3, BOB)

    conflicts = save(connection, *carts)

    assert conflicts == SaveConflicts(refused=(BOB,))
    assert held(connection) == {ADA: 3}
    assert load_cart(connection, BOB).rev == 0
    again = with_milk(connection, 3, BOB)
    assert again.lines[MILK].qty == 2
    assert save(connection, again) == SaveConflicts()
    assert held(connection) == {ADA: 3, BOB: 2}


def test_a_stale_cart_holds_nothing(connection: Connection) -> None:
    stale = with_milk(connection, 3)
    save(connection, after(SetNote("first"), cart=load_cart(connection, ADA)))

    with pytest.raises(StaleCart), connection.begin_nested():
        save(connection, stale)

    assert held(connection) == {}


def ordered(connection: Connection, cart: Cart) -> tuple[AccountId, ...]:
    bought = placed(cart, catalog(connection))
    return save_carts(connection, [as_save(bought.cart, (), (bought.change,))], NOON).refused


def test_an_order_sells_what_it_holds_and_nothing_that_others_hold(
    connection: Connection,
) -> None:
    save(connection, with_milk(connection, 3))
    unheld = catalog(connection)._replace(holders={})
    bobs = after(AddLine(MILK, 3), cart=load_cart(connection, BOB), catalog=unheld)
    greedy = place(bobs, request(bobs, unheld), unheld, NOON)
    assert isinstance(greedy, Placed)

    refused = save_carts(connection, [as_save(greedy.cart, (), (greedy.change,))], NOON).refused

    assert refused == (BOB,)
    assert ordered(connection, load_cart(connection, ADA)) == ()
    assert held(connection) == {}
    assert catalog(connection).products[MILK].stock == 2


def test_a_cart_that_is_ordered_in_the_same_batch_holds_what_is_left(
    connection: Connection,
) -> None:
    save(connection, with_milk(connection, 4))
    bought = placed(load_cart(connection, ADA), catalog(connection))
    again = after(AddLine(MILK, 5), cart=bought.cart, catalog=catalog(connection))

    conflicts = save_carts(connection, [as_save(again, (), (bought.change,))], NOON)

    assert conflicts == SaveConflicts()
    assert held(connection) == {ADA: 1}


def test_a_hold_lives_with_its_connection_and_ends_after_the_grace(connection: Connection) -> None:
    save(connection, with_milk(connection, 2), with_milk(connection, 1, BOB))
    looks_after(connection, HERE, NOON + 1, ADA)
    for second in range(2, 12):
        looks_after(connection, HERE, NOON + second, ADA)
    assert held(connection) == {ADA: 2, BOB: 0}

    looks_after(connection, HERE, NOON + 12)
    looks_after(connection, HERE, NOON + 22)
    assert held(connection) == {ADA: 2, BOB: 0}
    looks_after(connection, HERE, NOON + 23)

    assert held(connection) == {ADA: 0, BOB: 0}
    assert load_cart(connection, ADA).lines[MILK].qty == 2
    assert save(connection, with_milk(connection, 2), now_s=NOON + 24) == SaveConflicts()
    assert held(connection) == {ADA: 2, BOB: 0}


def test_the_holds_of_a_killed_node_end_after_its_lease_and_the_grace(
    connection: Connection,
) -> None:
    save(connection, with_milk(connection, 2), with_milk(connection, 1, BOB))
    note_checkout(connection, BOB, NOON)
    looks_after(connection, HERE, NOON + 1, ADA, BOB)  # and is killed, its lease ends at 4
    for second in range(2, 16):
        looks_after(connection, THERE, NOON + second)
    assert held(connection) == {ADA: 0, BOB: 1}

    looks_after(connection, THERE, NOON + 17, BOB)
    looks_after(connection, THERE, NOON + 60, BOB)

    assert held(connection) == {ADA: 0, BOB: 1}


def test_signing_out_frees_what_no_other_login_may_need(connection: Connection) -> None:
    lifetime = Lifetime(1000, 1000)
    logins = [
        Session(SessionHash(name), ADA, "Ada", staff=False, used_at_s=NOON, ends_at_s=NOON + 500)
        for name in ("here", "there")
    ]
    for login in logins:
        add_session(connection, login, "", lifetime, NOON)
    save(connection, with_milk(connection, 2), with_milk(connection, 1, BOB))

    sign_out(connection, logins[0], lifetime, NOON)
    assert held(connection) == {ADA: 2, BOB: 1}
    sign_out(connection, logins[1], lifetime, NOON)

    assert held(connection) == {BOB: 1}


def test_an_account_that_is_deleted_holds_nothing(connection: Connection) -> None:
    save(connection, with_milk(connection, 2))

    write_deletion(connection, ADA_HERSELF, NOON)

    assert held(connection) == {}


some_step = st.one_of(
    st.tuples(st.just("puts"), st.sampled_from([ADA, BOB]), st.integers(0, 4)),
    st.tuples(st.just("order"), st.sampled_from([ADA, BOB])),
    st.tuples(st.just("passes"), st.sets(st.sampled_from([ADA, BOB])), st.sampled_from([1, 8])),
    st.tuples(st.just("refresh")),
)


class Shop:
    """Two shoppers whose server refreshes its catalogue only now and then, and five milk."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.now_s, self.sold, self.orders = NOON, 0, 0
        self.refresh()

    def refresh(self) -> None:
        self.known = catalog(self.connection)

    def puts(self, account: AccountId, qty: int) -> None:
        before = load_cart(self.connection, account)
        cart = after(SetLine(MILK, qty), cart=before, catalog=self.known)
        if save(self.connection, cart, now_s=self.now_s).refused:
            self.refresh()
            self.puts(account, qty)

    def order(self, account: AccountId) -> None:
        cart = load_cart(self.connection, account)
        self.orders += 1
        key, number = OrderKey(f"key {self.orders}"), format_number(self.orders)
        asked = request(cart, self.known, key=key, number=number)
        bought = place(cart, asked, self.known, NOON)
        if isinstance(bought, Placed):
            save = as_save(bought.cart, (), (bought.change,))
            if not save_carts(self.connection, [save], NOON).refused:
                self.sold += cart.lines[MILK].qty

    def passes(self, attended: set[AccountId], seconds: int) -> None:
        self.now_s += seconds
        looks_after(self.connection, HERE, self.now_s, *attended)

    def adds_up(self) -> None:
        found = self.connection.execute(
            select(products.c.stock, products.c.on_hold).where(products.c.sku == MILK)
        ).one()
        units = select(func.coalesce(func.sum(holds.c.qty), 0)).where(holds.c.sku == MILK)
        assert found.stock == 5 - self.sold
        assert 0 <= found.on_hold == self.connection.execute(units).scalar() <= found.stock


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(some_step, max_size=25))
def test_no_more_is_ever_held_than_there_is(engine: Engine, steps: list[tuple[Any, ...]]) -> None:
    with engine.connect() as connection:
        seed(connection)
        add_account(connection, BOB_HIMSELF, EMPTY.epoch, NOON)
        set_product(connection, MILK, {"stock": 5, "hold": HoldRule.ALWAYS}, BY_COMMAND)
        shop = Shop(connection)
        for name, *args in steps:
            getattr(shop, name)(*args)
            shop.adds_up()
