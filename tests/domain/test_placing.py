"""Placing and cancelling orders (protocol.md §7)."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.cart import content
from app.domain.catalog import Catalog, Money
from app.domain.ops import AddLine, SaveLine, SetNote, SetVoucher, Undo
from app.domain.orders import OrderLine, OrderState
from app.domain.placing import RejectReason, cancel
from app.domain.position import position
from app.domain.totals import Totals
from app.domain.verdicts import Code
from tests.buying import HOME, KEY, NUMBER, not_placed, placed, request
from tests.examples import (
    ADA,
    APPLES,
    CATALOG,
    EMPTY,
    FIVER,
    MILK,
    NOON,
    TENTH,
    after,
    catalog_with,
    catalog_with_voucher,
    refused,
)

FULL = after(AddLine(APPLES, 3), AddLine(MILK, 2), SetNote("Ring twice."), SetVoucher(TENTH))
TWO_MILK = after(AddLine(MILK, 2))
RISEN = catalog_with(APPLES, price=Money(230))


def test_an_order_has_lines_at_todays_prices_address_note_and_voucher() -> None:
    order = placed(FULL).change.order

    assert (order.number, order.account, order.key) == (NUMBER, ADA, KEY)
    assert (order.state, order.placed_at_s) == (OrderState.PLACED, NOON)
    assert order.lines == (
        OrderLine(APPLES, "Gala apples", "each", 3, Money(220)),
        OrderLine(MILK, "Milk", "each", 2, Money(145)),
    )
    assert order.totals == Totals(5, Money(950), Money(95), Money(350), Money(1205))
    assert (order.deliver, order.note, order.voucher) == (HOME, "Ring twice.", TENTH)


def test_an_order_empties_the_cart_in_one_revision_but_keeps_saved_lines() -> None:
    cart = after(AddLine(APPLES, 1), SaveLine(APPLES), cart=FULL)

    outcome = placed(cart)

    assert outcome.patch.rev == outcome.cart.rev == cart.rev + 1
    assert outcome.patch.lines == {MILK: None}
    assert (outcome.cart.lines, outcome.cart.note, outcome.cart.voucher) == ({}, "", "")
    assert outcome.cart.saved == cart.saved != {}
    assert outcome.cart.content == content(outcome.cart)


def test_the_patch_of_an_order_omits_an_absent_note_and_voucher() -> None:
    patch = placed(TWO_MILK).patch

    assert (patch.note, patch.voucher) == (None, None)


def test_an_order_cannot_be_undone() -> None:
    cart = placed(TWO_MILK).cart

    assert refused(Undo(), cart) is Code.NOTHING_TO_UNDO


def test_a_lower_price_is_charged() -> None:
    fallen = catalog_with(MILK, price=Money(100))

    assert placed(TWO_MILK, fallen).change.order.lines[0].price == 100


@pytest.mark.parametrize(
    "changes", [{"at": position(EMPTY)}, {"at": "nonsense"}, {"total": Money(1)}]
)
def test_an_order_for_another_position_or_total_is_stale_and_gets_the_current_ones(
    changes: dict[str, Any],
) -> None:
    refusal = not_placed(TWO_MILK, **changes)

    assert refusal.why is RejectReason.STALE
    assert (refusal.at, refusal.total) == (position(TWO_MILK), 640)


def test_an_empty_cart_cannot_be_ordered() -> None:
    assert not_placed(EMPTY).why is RejectReason.EMPTY


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"price": Money(150)}, RejectReason.PRICE_RISE),
        ({"stock": 1}, RejectReason.SHORT),
        ({"stock": 0}, RejectReason.SOLD_OUT),
        ({"sold": False}, RejectReason.GONE),
    ],
)
def test_a_line_that_cannot_be_sold_as_agreed_blocks_the_order(
    changes: dict[str, Any], why: RejectReason
) -> None:
    refusal = not_placed(TWO_MILK, catalog_with(MILK, **changes))

    assert refusal.why is why
    assert refusal.products == ("Milk",)


@pytest.mark.parametrize(
    ("catalog", "why"),
    [
        (catalog_with(MILK, RISEN, stock=1), RejectReason.PRICE_RISE),
        (catalog_with(MILK, catalog_with(APPLES, stock=1), sold=False), RejectReason.SHORT),
        (catalog_with(MILK, catalog_with(APPLES, stock=0), sold=False), RejectReason.SOLD_OUT),
    ],
)
def test_the_reject_reason_that_the_protocol_names_first_is_returned(
    catalog: Catalog, why: RejectReason
) -> None:
    assert not_placed(FULL, catalog).why is why


def test_stale_comes_before_all_other_reject_reasons() -> None:
    assert not_placed(TWO_MILK, catalog_with(MILK, sold=False), total=Money(640)).why is (
        RejectReason.STALE
    )
    assert not_placed(EMPTY, total=Money(1)).why is RejectReason.STALE


def test_an_applied_voucher_is_spent_and_its_use_counted() -> None:
    outcome = placed(FULL)

    assert outcome.cart.used == {TENTH: 1}
    assert outcome.change.voucher == CATALOG.vouchers[TENTH]
    assert placed(after(AddLine(MILK, 1), SetVoucher(TENTH), cart=outcome.cart)).cart.used == {
        TENTH: 2
    }


def test_a_voucher_that_does_not_apply_is_not_spent_and_the_order_is_placed() -> None:
    outcome = placed(after(AddLine(MILK, 1), SetVoucher(FIVER)))

    assert outcome.change.order.totals.discount == 0
    assert (outcome.change.order.voucher, outcome.change.voucher) == ("", None)
    assert outcome.cart.used == {}


def test_a_single_use_voucher_gives_no_discount_on_the_next_order() -> None:
    once = catalog_with_voucher(replace(CATALOG.vouchers[TENTH], uses_each=1))
    first = placed(FULL, once).cart

    second = placed(after(AddLine(MILK, 1), SetVoucher(TENTH), cart=first, catalog=once), once)

    assert second.change.order.totals.discount == 0
    assert second.cart.used == {TENTH: 1}


def test_a_cancelled_order_restores_its_voucher_use() -> None:
    twice = placed(after(AddLine(MILK, 1), SetVoucher(TENTH), cart=placed(FULL).cart))

    once = cancel(twice.cart, twice.change.order)
    never = cancel(once.cart, twice.change.order)

    assert once.cart.used == {TENTH: 1}
    assert never.cart.used == {}
    assert once.change.order == twice.change.order
    assert position(once.cart) == position(twice.cart)


def test_a_cancelled_order_without_a_voucher_restores_no_use() -> None:
    cart = placed(FULL).cart
    plain = placed(after(AddLine(MILK, 1), cart=cart))

    assert cancel(plain.cart, plain.change.order).cart.used == {TENTH: 1}


def test_an_order_placed_twice_is_stale_the_second_time() -> None:
    first = request(TWO_MILK)

    assert (
        not_placed(placed(TWO_MILK).cart, at=first.at, total=first.total).why is RejectReason.STALE
    )
