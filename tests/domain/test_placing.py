"""Placing and cancelling orders (protocol.md §7)."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as replace_struct

from app.domain.cart import content
from app.domain.catalog import Catalog, Money, Promotion, PromotionId, PromotionKind, TaxRate
from app.domain.ops import AddLine, SaveLine, SetNote, SetVoucher, Undo
from app.domain.orders import OrderLine, OrderState
from app.domain.placing import RejectReason, cancel
from app.domain.position import position
from app.domain.taxes import TaxTotal, sum_of_gross
from app.domain.totals import Totals
from app.domain.verdicts import Code
from tests.buying import HOME, KEY, NUMBER, not_placed, placed, request
from tests.domain.household_examples import BEN, CLEO, HOUSEHOLD
from tests.examples import (
    ADA,
    APPLES,
    CATALOG,
    CHINESE,
    EMPTY,
    FIVER,
    MILK,
    NOON,
    TENTH,
    TERMS,
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
        OrderLine(APPLES, "Gala apples", "each", 3, Money(220), TaxRate(0)),
        OrderLine(MILK, "Milk", "each", 2, Money(145), TaxRate(0)),
    )
    assert order.totals == Totals(5, Money(950), Money(95), Money(350), Money(1205), "GBP")
    assert (order.deliver, order.note, order.voucher) == (HOME, "Ring twice.", TENTH)


def test_an_order_has_the_rate_of_each_line_and_totals_by_rate() -> None:
    taxed = catalog_with(APPLES, tax=TaxRate(2000))

    order = placed(FULL, taxed).change.order

    assert [line.tax_rate for line in order.lines] == [2000, 0]
    assert order.taxes == (
        TaxTotal(TaxRate(0), Money(368), Money(0)),
        TaxTotal(TaxRate(2000), Money(697), Money(140)),
    )


def test_an_order_says_which_promotion_took_what_off_which_line_and_rests_on_it() -> None:
    taxed = catalog_with(APPLES, tax=TaxRate(2000))
    three_for_two = Promotion(
        *(PromotionId(7), PromotionKind.FEWER_PAID, frozenset({APPLES}), 3, 2),
        label="3 for 2",
        labels={CHINESE: "買三付二"},
    )
    catalog = taxed._replace(promotions={APPLES: (three_for_two,)})

    change = placed(FULL, catalog, language=CHINESE).change

    apples, milk = change.order.lines
    assert (apples.off, apples.deal, apples.cost) == (220, "買三付二", 440)
    assert (milk.off, milk.deal, milk.cost) == (0, "", 290)
    assert change.promotions == {7}
    assert (change.order.promoted, change.order.by_voucher) == (220, 73)
    assert change.order.totals.discount == 293
    assert sum_of_gross(change.order.taxes) == change.order.totals.total


def test_an_order_rests_on_no_promotion_that_takes_nothing_off() -> None:
    five_for_four = Promotion(PromotionId(7), PromotionKind.FEWER_PAID, frozenset({APPLES}), 5, 4)
    catalog = CATALOG._replace(promotions={APPLES: (five_for_four,)})

    change = placed(FULL, catalog).change

    assert change.promotions == frozenset()
    assert change.order.lines[0].deal == ""


def test_a_note_of_nothing_but_spaces_is_none() -> None:
    assert placed(after(SetNote(" \n\u2003"), cart=TWO_MILK)).change.order.note == ""
    assert placed(after(SetNote("\nRing. \n"), cart=TWO_MILK)).change.order.note == "Ring."


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


def test_an_editor_orders_a_shared_cart_as_the_own_order_and_no_other_one_can() -> None:
    cart = replace_struct(TWO_MILK, household=HOUSEHOLD)

    assert placed(cart, by=BEN).change.order.account == BEN
    assert placed(cart, by=BEN).change.order.cart == ADA
    assert placed(cart).change.order.cart == ADA
    assert not_placed(cart, by=CLEO).why is RejectReason.NOT_ALLOWED
    assert not_placed(TWO_MILK, by=BEN).why is RejectReason.NOT_ALLOWED


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
    assert [product.name for product in refusal.products] == ["Milk"]


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


def test_a_subtotal_below_the_minimum_is_refused_with_what_is_missing() -> None:
    terms = TERMS._replace(minimum_order=Money(300))
    below, enough = CATALOG._replace(terms=terms), catalog_with(MILK, price=Money(150))

    refusal = not_placed(TWO_MILK, below)

    assert (refusal.why, refusal.missing) == (RejectReason.BELOW_MINIMUM, 10)
    assert not_placed(TWO_MILK, catalog_with(MILK, below, stock=1)).why is RejectReason.SHORT
    agreed = after(AddLine(MILK, 2), catalog=enough._replace(terms=terms))
    assert placed(agreed, enough._replace(terms=terms)).change.order.totals.subtotal == 300


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
