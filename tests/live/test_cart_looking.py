"""Tabs see the saved cart at today's prices."""

from app.domain.catalog import Catalog, Voucher
from app.domain.ops import AddLine, SaveLine, SetVoucher
from app.domain.position import position
from app.domain.totals import LineState
from app.domain.vouchers import VoucherState
from app.protocol.messages import UNTOUCHED, Item, PatchMessage, Prices, Snapshot
from tests.examples import (
    APPLES,
    CIDER,
    EGGS,
    FIVER,
    GHOST,
    MILK,
    NOON,
    TENTH,
    after,
    catalog_with,
    catalog_with_voucher,
)
from tests.live.around import Around, kinds_of
from tests.live.fakes import FakeTab, another_tab

CHEAPER_MILK = catalog_with(MILK, price=120)
FIVE_OFF_AT_NOON = Voucher(
    FIVER, "£5 off", amount=CHEAPER_MILK.products[MILK].price, starts=NOON + 60
)


def restocked(around: Around, catalog: Catalog) -> list[Prices]:
    """Change the shelf, and return what a tab beside all others hears of it."""
    tab = FakeTab("watcher")
    around.let_in(tab)
    around.updates_catalog(catalog)
    return [message for message in tab.received if isinstance(message, Prices)]


def test_a_tab_sees_what_is_saved_and_not_what_may_come() -> None:
    around, here = Around(after(AddLine(MILK, 1))), FakeTab()
    here.submits(around.cart, 2, AddLine(MILK, 1))

    snapshot, prices = around.cart.snapshot(), around.cart.prices()

    assert [line.qty for line in snapshot.cart.lines] == [1]
    assert (snapshot.rev, snapshot.at) == (1, position(around.cart.saved))
    assert prices.lines[MILK].qty == 1
    assert prices.totals == snapshot.cart.totals


def test_a_tab_with_the_product_in_its_cart_hears_of_its_new_price_with_the_totals() -> None:
    around, here = Around(after(AddLine(MILK, 2))), FakeTab()
    around.let_in(here)

    around.updates_catalog(CHEAPER_MILK)

    (prices,) = here.received
    assert isinstance(prices, Prices)
    assert [(item.sku, item.price, item.stock) for item in prices.items] == [(MILK, 120, 5)]
    assert prices.lines[MILK].price == 120
    assert prices.totals
    assert prices.totals.subtotal == 240


def test_a_rise_of_the_price_and_a_loss_of_stock_show_in_the_lines() -> None:
    around, here = Around(after(AddLine(MILK, 2), AddLine(APPLES, 2), SaveLine(APPLES))), FakeTab()
    around.let_in(here)

    around.updates_catalog(catalog_with(APPLES, catalog_with(MILK, price=200), stock=1))

    (prices,) = here.received
    assert isinstance(prices, Prices)
    assert prices.lines[MILK].state is LineState.PRICE_RISE
    assert prices.saved[APPLES].state is LineState.SHORT
    assert [item.sku for item in prices.items] == [APPLES, MILK]


def test_a_tab_that_watches_the_product_hears_of_it_and_no_totals() -> None:
    around, here = Around(), FakeTab()
    here.watched = frozenset({MILK, APPLES, GHOST})
    around.let_in(here)

    around.updates_catalog(CHEAPER_MILK)

    (message,) = here.received
    assert message == Prices((Item(MILK, CHEAPER_MILK.products[MILK].price, 5),))


def test_a_tab_that_does_not_show_the_product_hears_nothing() -> None:
    around, here = Around(after(AddLine(APPLES, 1))), FakeTab()
    here.watched = frozenset({EGGS})
    around.let_in(here)

    around.updates_catalog(CHEAPER_MILK)

    assert here.received == []


def test_each_tab_hears_once_of_all_that_it_shows() -> None:
    around, here, there = Around(after(AddLine(MILK, 1))), FakeTab(), another_tab()
    here.watched = frozenset({APPLES, MILK})
    around.let_in(here, there)

    around.updates_catalog(catalog_with(APPLES, CHEAPER_MILK, price=230))

    assert kinds_of(here.received) == kinds_of(there.received) == ["Prices"]
    assert [item.sku for item in here.received[0].items] == [APPLES, MILK]  # type: ignore[union-attr]
    assert [item.sku for item in there.received[0].items] == [MILK]  # type: ignore[union-attr]


def test_a_price_that_moves_tells_the_voucher_where_its_state_moves_with_it() -> None:
    around = Around(after(AddLine(APPLES, 9), SetVoucher(FIVER)))

    (below,) = restocked(around, catalog_with(APPLES, price=230))
    (enough,) = restocked(Around(around.cart.saved), catalog_with(APPLES, price=20))

    assert below.voucher
    assert below.voucher is not UNTOUCHED
    assert below.voucher.state is VoucherState.OK
    assert enough.voucher is UNTOUCHED


def test_a_voucher_whose_state_was_told_is_not_told_again() -> None:
    around, here = Around(after(AddLine(APPLES, 9), SetVoucher(FIVER))), FakeTab()
    around.let_in(here)

    for price in (230, 231, 232):
        around.updates_catalog(catalog_with(APPLES, price=price))

    told_of = [
        message.voucher is not UNTOUCHED for message in here.received if isinstance(message, Prices)
    ]
    assert told_of == [True, False, False]


def test_a_voucher_that_the_shop_changes_is_told_though_no_product_moved() -> None:
    around, here = Around(after(AddLine(APPLES, 9), SetVoucher(TENTH))), FakeTab()
    around.let_in(here)

    around.updates_catalog(catalog_with_voucher(Voucher(TENTH, "10 % off", percent=10, ends=NOON)))

    (message,) = here.received
    assert isinstance(message, Prices)
    assert message.voucher
    assert message.voucher is not UNTOUCHED
    assert (message.items, message.voucher.state) == ((), VoucherState.EXPIRED)
    assert message.totals
    assert message.totals.discount == 0


def test_a_change_that_makes_the_voucher_count_tells_so_once() -> None:
    around, here = Around(after(AddLine(APPLES, 9), SetVoucher(FIVER))), FakeTab()
    around.let_in(here)

    here.submits(around.cart, 3, AddLine(APPLES, 1))
    here.submits(around.cart, 4, AddLine(APPLES, 1))
    around.saves()

    patches = [message for message in here.received if isinstance(message, PatchMessage)]
    assert patches[0].voucher
    assert patches[0].voucher is not UNTOUCHED
    assert patches[0].voucher.state is VoucherState.OK
    assert patches[1].voucher is UNTOUCHED


def test_a_voucher_whose_time_has_come_is_told_to_all_before_one_of_them_sees_it() -> None:
    around, here = Around(), FakeTab()
    around.updates_catalog(
        catalog_with_voucher(Voucher(TENTH, "10 % off", percent=10, starts=NOON + 60))
    )
    here.submits(around.cart, 1, AddLine(APPLES, 1))
    here.submits(around.cart, 2, SetVoucher(TENTH))
    around.saves()
    around.let_in(here)
    here.take_received()

    around.clock.passes(60)
    snapshots = [around.cart.snapshot(), around.cart.snapshot()]

    (message,) = here.received
    assert isinstance(message, Prices)
    assert (message.items, message.lines, message.saved) == ((), {}, {})
    assert message.voucher == snapshots[0].cart.voucher == snapshots[1].cart.voucher
    assert message.totals == snapshots[0].cart.totals
    assert snapshots[0].cart.totals.discount == 22


def test_prices_too_tell_the_others_that_a_voucher_has_ended() -> None:
    around, here = Around(), FakeTab()
    around.updates_catalog(
        catalog_with_voucher(Voucher(TENTH, "10 % off", percent=10, ends=NOON + 60))
    )
    here.submits(around.cart, 1, SetVoucher(TENTH))
    around.saves()
    around.let_in(here)

    around.clock.passes(60)
    here.take_received()
    prices = around.cart.prices()

    assert kinds_of(here.received) == ["Prices"]
    assert prices.voucher
    assert prices.voucher is not UNTOUCHED
    assert prices.voucher.state is VoucherState.EXPIRED


def test_what_left_the_range_is_still_seen() -> None:
    around = Around(after(AddLine(MILK, 1)))

    (prices,) = restocked(around, catalog_with(MILK, sold=False))

    assert prices.lines[MILK].state is LineState.GONE
    assert prices.totals
    assert prices.totals.count == 0
    assert isinstance(around.cart.snapshot(), Snapshot)
    assert CIDER in around.context.catalog.today.products
