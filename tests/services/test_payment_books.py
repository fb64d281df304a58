"""Money and orders agree after random actions, crashes and outages."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from app.domain.accounts import AccountId
from app.domain.catalog import Money, Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.languages import ENGLISH
from app.domain.mails import MailKind
from app.domain.orders import NEXT, PREVIOUS, Order, OrderKey, OrderState, Pay, format_number
from app.domain.payment_books import disagreements
from app.domain.payment_troubles import Trouble
from app.domain.payments import PAYABLE_S, RECHECK_EVERY_S, PaymentState
from app.domain.placing import Placed, cancel, place
from app.domain.refunds import Refund, RefundState, refund_key, total_of
from app.services.payments.provider import PageRequest, ProviderUnavailable
from app.services.payments.reconciler import Reconciler
from app.store.cart_saves import as_save, save_carts
from app.store.database import Database
from app.store.orders import move_back, move_on
from app.store.payment_books import read_books
from app.store.payment_troubles import (
    list_troubled,
    refund_again,
    refund_elsewhere,
    take_on_delivery,
)
from app.store.payment_work import claim_work, count_unsettled
from app.store.payments import note_event
from app.store.refunds import add_refund, list_refunds
from app.store.tables import mails
from tests.buying import request
from tests.examples import ADA, NOON
from tests.services.fake_provider import FakeProvider
from tests.store.example_people import ADA_HERSELF, BOB, BOB_HIMSELF
from tests.store.hour import (
    FEW,
    Event,
    Hour,
    few_examples,
    happen,
    some_accounts,
    some_order,
    some_product,
    stocked,
)

pytestmark = pytest.mark.on_both

DAY_S = 24 * 3600


class OneConnection:
    """A database whose queries all run on one connection, one after the other.

    After `dies_after` writes from now, the server is dead until it is started again.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dies_after: int | None = None

    async def read(self, query: Callable[..., Any], *args: Any) -> Any:
        """Run *query*."""
        return query(self.connection, *args)

    async def write(self, query: Callable[..., Any], *args: Any) -> Any:
        """Run *query*, unless the server is dead."""
        if self.dies_after is not None:
            if self.dies_after == 0:
                raise DatabaseUnavailable
            self.dies_after -= 1
        return query(self.connection, *args)


class Day(Hour):
    """An hour in which all is paid by card, with a clock, a provider, and servers that die."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.now_s = NOON
        self.provider = FakeProvider()
        self.database = OneConnection(connection)
        self.moves: dict[str, int] = {}

    def order(self, account: AccountId) -> Placed | None:
        """Order by card, as `Checkout` does, or not if the provider is away."""
        number, pay = format_number(next(self.numbers)), Pay.CARD
        cart = self.cart(account)
        usual = request(cart, self.known, key=OrderKey(number), number=number, pay=pay)
        page = PageRequest(number, usual.total, "GBP", ENGLISH, 0, "", "")
        try:
            hosted = asyncio.run(self.provider.begin(page))
        except ProviderUnavailable:
            return None
        outcome = place(cart, usual._replace(page=hosted), self.known, self.now_s)
        return outcome if isinstance(outcome, Placed) else None

    def an_order_takes_its_course(self, account: AccountId, sku: Sku, qty: int, far: int) -> None:
        """Have it placed and paid, packed, charged, and then cancelled, but only so *far*."""
        self.server_refreshes_its_catalog()
        self.they_order([account], sku, qty, None)
        self.a_shopper_pays(0)
        course: tuple[Callable[[], None], ...] = (
            lambda: self.time_passes(31),
            self.a_server_reconciles,
            lambda: self.staff_moves_an_order_on(0),
            self.a_server_reconciles,
            lambda: self.a_shopper_cancels_an_order_seen_in_some_state(0, OrderState.PACKED),
        )
        for happens in course[:far]:
            happens()

    def a_shopper_pays(self, at: int) -> None:
        if order := self.pick(at):
            self.provider.pay(order.number)

    def the_provider_tells(self, at: int, event: int) -> None:
        if order := self.pick(at):
            note_event(self.connection, f"{event}", order.number, "of some kind", self.now_s)

    def a_hold_lapses(self, at: int) -> None:
        if order := self.pick(at):
            self.provider.lapse(order.number)

    def a_refund_fails(self, at: int) -> None:
        if order := self.pick(at):
            for refund in list_refunds(self.connection, order.number):
                self.provider.fail_refund(order.number, refund_key(refund))

    def staff_see_to_what_is_wrong(self, again: bool) -> None:  # noqa: FBT001
        for number, troubles in list_troubled(self.connection):
            if Trouble.LAPSED in troubles:
                assert take_on_delivery(self.connection, number, self.now_s)
            for refund in list_refunds(self.connection, number):
                if refund.state is RefundState.FAILED and again:
                    assert refund_again(self.connection, number, refund.nr, self.now_s)
                elif refund.state is RefundState.FAILED:
                    assert refund_elsewhere(self.connection, number, refund.nr)

    def the_provider_fails(self, is_away: bool, loses_answers: bool) -> None:  # noqa: FBT001
        self.provider.is_away, self.provider.loses_answers = is_away, loses_answers

    def staff_moves_an_order_on(self, at: int) -> None:
        if (order := self.pick(at)) and order.state in NEXT:
            move = move_on(self.connection, order, self.now_s)
            assert move
            self.moves[order.number] = move

    def staff_takes_a_move_back(self, at: int) -> None:
        if (order := self.pick(at)) and order.state in PREVIOUS and order.number in self.moves:
            move_back(self.connection, order, self.moves[order.number], self.now_s)

    def staff_gives_back(self, at: int, amount: int) -> None:
        if order := self.pick(at):
            nr = len(list_refunds(self.connection, order.number)) + 1
            wanted = Refund(order.number, nr, Money(amount), "Short", None, self.now_s)
            add_refund(self.connection, wanted)

    def a_server_reconciles(self, dies_after: int | None = None) -> None:
        """Do what is due; the server may die before one of its writes."""
        self.database.dies_after = dies_after
        database = cast("Database", self.database)
        reconciler = Reconciler(
            database, self.provider, self._cancel, lambda: self.now_s, lambda: None
        )
        try:
            asyncio.run(reconciler.take_due())
        except DatabaseUnavailable:
            assert dies_after is not None

    def a_server_dies_with_what_it_claimed(self) -> None:
        claim_work(self.connection, self.now_s, 4)

    def time_passes(self, seconds: int) -> None:
        self.now_s += seconds

    def all_is_well_in_the_end(self) -> None:
        """Let the provider answer for a day; then everything agrees."""
        self.the_provider_fails(False, False)  # noqa: FBT003
        self.time_passes(RECHECK_EVERY_S)
        for _ in range(10):
            self.time_passes(PAYABLE_S)
            self.a_server_reconciles()
            self.staff_see_to_what_is_wrong(True)  # noqa: FBT003
        assert count_unsettled(self.connection) == (0, 0)
        found = [
            (number, list(disagreements(books)) if books else ["no payment"])
            for number, books in read_books(self.connection)
        ]
        assert [(number, faults) for number, faults in found if faults] == []
        for order in self.orders():
            self._agrees_with_the_provider(order)
        self.stock_is_what_was_brought_but_for_what_was_bought()
        self.vouchers_are_used_as_often_as_orders_say()

    def _agrees_with_the_provider(self, order: Order) -> None:
        known = self.provider.known[order.number]
        refunds = list_refunds(self.connection, order.number)
        given_back = sum(one.amount for one in refunds)
        elsewhere = total_of(refunds, RefundState.ELSEWHERE)
        match order.state:
            case OrderState.AWAITING_PAYMENT:
                pytest.fail(f"{order.number} awaits payment for ever")
            case OrderState.CANCELLED:
                assert known.state is not PaymentState.AUTHORISED
                assert known.captured == known.refunded + elsewhere
            case OrderState.PLACED:
                assert known.state is not PaymentState.EXPIRED
            case _:
                due = 0 if order.pay is Pay.ON_DELIVERY else order.totals.total - given_back
                assert known.captured - known.refunded - elsewhere == due
        told = self._mails_of(order, MailKind.ORDER_PLACED)
        assert told == (1 if order.state is not OrderState.CANCELLED else min(told, 1))
        assert not (told and not known.authorised)

    def _mails_of(self, order: Order, kind: MailKind) -> int:
        its = mails.c.order == order.number, mails.c.kind == kind
        return int(self.connection.execute(select(func.count()).where(*its)).scalar_one())

    async def _cancel(self, order: Order) -> bool:
        if self.database.dies_after == 0:
            raise DatabaseUnavailable
        cancelled = cancel(self.cart(order.account), order)
        save = as_save(cancelled.cart, (), (cancelled.change,))
        return not save_carts(self.connection, [save], self.now_s).refused


some_events = st.lists(
    st.one_of(
        st.tuples(
            st.just(Day.they_order),
            some_accounts,
            some_product,
            st.integers(1, 4),
            st.sampled_from([FEW, None]),
        ),
        st.tuples(
            st.just(Day.an_order_takes_its_course),
            st.sampled_from([ADA, BOB]),
            some_product,
            st.integers(1, 2),
            st.integers(2, 5),
        ),
        st.tuples(st.just(Day.a_shopper_pays), some_order),
        st.tuples(st.just(Day.the_provider_tells), some_order, st.integers(0, 9)),
        st.tuples(
            st.just(Day.a_shopper_cancels_an_order_seen_in_some_state),
            some_order,
            st.sampled_from([OrderState.AWAITING_PAYMENT, *NEXT]),
        ),
        st.tuples(st.just(Day.staff_moves_an_order_on), some_order),
        st.tuples(st.just(Day.staff_moves_an_order_on), some_order),
        st.tuples(st.just(Day.staff_takes_a_move_back), some_order),
        st.tuples(st.just(Day.staff_gives_back), some_order, st.integers(1, 900)),
        st.tuples(st.just(Day.a_server_reconciles), st.sampled_from([None, None, 0, 1, 2, 3])),
        st.tuples(st.just(Day.a_server_dies_with_what_it_claimed)),
        st.tuples(st.just(Day.a_hold_lapses), some_order),
        st.tuples(st.just(Day.a_refund_fails), some_order),
        st.tuples(st.just(Day.staff_see_to_what_is_wrong), st.booleans()),
        st.tuples(st.just(Day.time_passes), st.sampled_from([1, 31, 61, PAYABLE_S, DAY_S])),
        st.tuples(st.just(Day.the_provider_fails), st.booleans(), st.booleans()),
        st.tuples(st.just(Day.server_refreshes_its_catalog)),
    ),
    min_size=40,
    max_size=40,
)


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """Return a connection to a shop in which Ada and Bob shop."""
    with stocked(url, ADA_HERSELF, BOB_HIMSELF) as opened:
        yield opened


@pytest.mark.timeout(600)
@given(events=some_events)
@few_examples
def test_money_and_orders_agree_after_random_actions(
    connection: Connection, events: list[Event]
) -> None:
    day = Day(connection)

    happen(day, events, day.all_is_well_in_the_end)
