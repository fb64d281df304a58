"""An hour in a shop, of which each event is a method, and whose books are checked at its end."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Catalog, Money, Product, Sku, VoucherCode
from app.domain.edits import Edit
from app.domain.invoices import DocumentKind
from app.domain.ops import AcceptLine, AddLine, Op, SetLine, SetVoucher
from app.domain.orders import (
    NEXT,
    CancelOrder,
    Order,
    OrderKey,
    OrderNumber,
    OrderState,
    format_number,
)
from app.domain.placing import Cancelled, Placed, cancel, place
from app.domain.rules import rule as rule_on
from app.domain.taxes import sum_of_gross
from app.store.accounts import Person, add_account
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.catalog import load_catalog_changes
from app.store.engines import connect
from app.store.invoices import entries_between
from app.store.orders import list_all_orders, move_on
from app.store.product_edits import edit_product
from app.store.seed import seed
from app.store.vouchers import add_voucher
from tests.buying import request
from tests.examples import ADA, NOON, ref
from tests.staff import BY_COMMAND, set_product
from tests.store.example_people import BOB

PRODUCTS = tuple(map(Sku, ("gala-apples-1kg", "milk-2l")))
FEW = VoucherCode("FEW")
USES = 1

some_order = st.integers(0, 3)
some_accounts = st.sampled_from([[ADA], [BOB], [ADA, BOB]])
some_product = st.sampled_from(PRODUCTS)


class Hour:
    """Two shoppers, staff, and a server that refreshes its catalogue only now and then."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.undone = connection.begin_nested()
        self.brought = Counter({sku: self.catalog.products[sku].stock for sku in PRODUCTS})
        self.numbers = count()
        for sku in PRODUCTS:
            self.staff_counts(sku, 6)
        self.known = self.catalog

    def server_refreshes_its_catalog(self) -> None:
        self.known = load_catalog_changes(self.connection, -1).catalog

    def staff_counts(self, sku: Sku, stock: int) -> None:
        before = self.catalog.products[sku].stock
        set_product(self.connection, sku, None, stock)
        self.brought[sku] += stock - before

    def staff_moves_stock_as_seen_on_a_page(self, sku: Sku, by: int, behind: int) -> None:
        seen = self.catalog.products[sku].version - behind
        edit = Edit(sku, seen, price=Money(100), stock_by=by)
        done = edit_product(self.connection, edit, BY_COMMAND)
        if isinstance(done, Product):
            assert behind == 0
            self.brought[sku] += by

    def staff_sets_a_price(self, sku: Sku, price: int) -> None:
        set_product(self.connection, sku, Money(price), None)

    def they_order(
        self, accounts: list[AccountId], sku: Sku, qty: int, code: VoucherCode | None
    ) -> None:
        for account in accounts:
            self.ask(account, AddLine(sku, qty))
            self.ask(account, SetVoucher(code))
            for held in self.cart(account).lines:
                self.ask(account, AcceptLine(held, self.known.products[held].price))
        self.close(*(self.order(account) for account in accounts))

    def they_start_over(self, accounts: list[AccountId]) -> None:
        for account in accounts:
            for sku in self.cart(account).lines:
                self.ask(account, SetLine(sku, 0))

    def a_shopper_cancels_an_order_seen_in_some_state(self, at: int, seen: OrderState) -> None:
        if order := self.pick(at):
            self.close(cancel(self.cart(order.account), order._replace(state=seen)))

    def staff_moves_an_order_on(self, at: int) -> None:
        if (order := self.pick(at)) and order.state in NEXT:
            assert move_on(self.connection, order, NOON)

    def stock_is_what_was_brought_but_for_what_was_bought(self) -> None:
        bought: Counter[Sku] = Counter()
        for order in self.standing():
            bought.update({line.sku: line.qty for line in order.lines})
        for sku in PRODUCTS:
            stock = self.catalog.products[sku].stock
            assert stock == self.brought[sku] - bought[sku] >= 0

    def vouchers_are_used_as_often_as_orders_say(self) -> None:
        used = Counter(order.account for order in self.standing() if order.voucher)
        assert self.catalog.vouchers[FEW].uses_left == USES - used.total() >= 0
        for account in (ADA, BOB):
            assert self.cart(account).used.get(FEW, 0) == used[account]

    def every_order_adds_up(self) -> None:
        for order in self.orders():
            totals = order.totals
            assert totals.subtotal == sum(line.qty * line.price for line in order.lines)
            assert totals.total == totals.subtotal - totals.discount + totals.delivery

    def invoices_come_to_what_is_owed_and_have_no_gaps(self) -> None:
        entries = entries_between(self.connection, 0, 2 * NOON)
        documents = [entry.document for entry in entries]
        for kind in DocumentKind:
            numbers = sorted(one.number for one in documents if one.kind is kind)
            year = {number.rpartition("-")[0] for number in numbers}
            assert numbers == [f"{one}-{n:06}" for one in year for n in range(1, len(numbers) + 1)]
        owed = Counter[OrderNumber]()
        for one in documents:
            sign = 1 if one.kind is DocumentKind.INVOICE else -1
            owed[one.order] += sign * sum_of_gross(one.taxes)
        for order in self.orders():
            is_owed = order.state is not OrderState.CANCELLED
            assert owed[order.number] == (order.totals.total if is_owed else 0)

    def agrees(self) -> None:
        self.stock_is_what_was_brought_but_for_what_was_bought()
        self.vouchers_are_used_as_often_as_orders_say()
        self.every_order_adds_up()
        self.invoices_come_to_what_is_owed_and_have_no_gaps()

    @property
    def catalog(self) -> Catalog:
        return load_catalog_changes(self.connection, -1).catalog

    def cart(self, account: AccountId) -> Cart:
        return load_cart(self.connection, account)

    def ask(self, account: AccountId, op: Op) -> None:
        cart = self.cart(account)
        ruling = rule_on(cart, ref(cart), op, self.known, NOON)
        save_carts(self.connection, [as_save(ruling.cart, ())], NOON)

    def order(self, account: AccountId) -> Placed | None:
        cart, n = self.cart(account), next(self.numbers)
        what = request(cart, self.known, key=OrderKey(f"{n}"), number=format_number(n))
        outcome = place(cart, what, self.known, NOON)
        return outcome if isinstance(outcome, Placed) else None

    def close(self, *bargains: Placed | Cancelled | None) -> None:
        """Save the carts in one batch; each refusal must have a reason."""
        saves = [as_save(one.cart, (), (one.change,)) for one in bargains if one]
        catalog, states = self.catalog, {order.number: order.state for order in self.orders()}
        refused = save_carts(self.connection, saves, NOON).refused if saves else ()
        for one in bargains:
            if one and one.cart.account in refused and len(saves) == 1:
                assert _reason(one, catalog, states)

    def orders(self) -> list[Order]:
        found = list_all_orders(self.connection, None)
        orders = list(found.orders)
        while found.next_page:
            found = list_all_orders(self.connection, None, found.next_page)
            orders += found.orders
        return orders

    def standing(self) -> list[Order]:
        return [order for order in self.orders() if order.state is not OrderState.CANCELLED]

    def pick(self, at: int) -> Order | None:
        orders = self.orders()
        return orders[at % len(orders)] if orders else None


Event = tuple[Any, ...]
"""A method of an hour, and what it gets."""

few_examples = settings(
    max_examples=settings().max_examples // 25,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""Each example is an hour of many events; the connection is the same for all, and rolled back."""


@contextmanager
def stocked(url: str, *people: Person) -> Iterator[Connection]:
    """Return a connection to a stocked shop with these accounts; nothing is kept."""
    engine = connect(url)
    try:
        with engine.begin() as connection:
            seed(connection)
            for person in people:
                add_account(connection, person, "0b0b", NOON)
            known = load_catalog_changes(connection, -1).catalog.vouchers
            tenth = known[VoucherCode("WELCOME10")]
            add_voucher(connection, replace(tenth, code=FEW, uses_left=USES, uses_each=2))
            yield connection
    finally:
        engine.dispose()


def happen(hour: Hour, events: Sequence[Event], ends: Callable[[], None]) -> None:
    """Have *events* happen in *hour*, and check how it *ends*; then undo all of it."""
    undone = hour.undone
    try:
        for happens, *what in events:
            happens(hour, *what)
        ends()
    finally:
        undone.rollback()


def _reason(
    one: Placed | Cancelled, catalog: Catalog, states: dict[OrderNumber, OrderState]
) -> bool:
    """Say whether there was a reason for the refusal."""
    order = one.change.order
    if isinstance(one.change, CancelOrder):
        return states[order.number] is not order.state
    products = catalog.products
    lines_fail = any(
        products[line.sku].stock < line.qty or products[line.sku].price != line.price
        for line in order.lines
    )
    return lines_fail or bool(order.voucher and catalog.vouchers[FEW].uses_left == 0)
