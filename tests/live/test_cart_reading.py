"""Tabs see the saved cart at today's prices."""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from app.domain.catalog import Catalog, Voucher
from app.domain.ops import AddLine, Op, SaveLine, SetNote, SetVoucher
from app.domain.position import position
from app.domain.totals import LineState
from app.domain.vouchers import ShownVoucher, VoucherState
from app.protocol.messages import Item, PatchMessage, Prices, Snapshot
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
from tests.live.fakes import FakeTab, another_tab
from tests.live.harness import CartHarness, kinds_of

CHEAPER_MILK = catalog_with(MILK, price=120)
FIVE_OFF_AT_NOON = Voucher(
    FIVER, "£5 off", amount=CHEAPER_MILK.products[MILK].price, starts=NOON + 60
)


def restocked(harness: CartHarness, catalog: Catalog) -> list[Prices]:
    """Update the catalogue, and return the messages of a tab that connected before."""
    tab = FakeTab("watcher")
    harness.let_in(tab)
    harness.updates_catalog(catalog)
    return [message for message in tab.received if isinstance(message, Prices)]


def test_a_snapshot_shows_saved_changes_only() -> None:
    harness, here = CartHarness(after(AddLine(MILK, 1))), FakeTab()
    here.submits(harness.cart, 2, AddLine(MILK, 1))

    snapshot, prices = harness.cart.snapshot(), harness.cart.prices()

    assert [line.qty for line in snapshot.cart.lines] == [1]
    assert (snapshot.rev, snapshot.at) == (1, position(harness.cart.saved))
    assert prices.lines
    assert prices.lines[MILK].qty == 1
    assert prices.totals == snapshot.cart.totals


def test_a_tab_with_the_product_in_its_cart_gets_the_new_price_and_totals() -> None:
    harness, here = CartHarness(after(AddLine(MILK, 2))), FakeTab()
    harness.let_in(here)

    harness.updates_catalog(CHEAPER_MILK)

    (prices,) = here.received
    assert isinstance(prices, Prices)
    assert [(item.sku, item.price, item.stock) for item in prices.items] == [(MILK, 120, 5)]
    assert prices.lines
    assert prices.lines[MILK].price == 120
    assert prices.totals
    assert prices.totals.subtotal == 240


def test_a_price_rise_and_a_stock_shortage_show_in_the_lines() -> None:
    harness, here = (
        CartHarness(after(AddLine(MILK, 2), AddLine(APPLES, 2), SaveLine(APPLES))),
        FakeTab(),
    )
    harness.let_in(here)

    harness.updates_catalog(catalog_with(APPLES, catalog_with(MILK, price=200), stock=1))

    (prices,) = here.received
    assert isinstance(prices, Prices)
    assert prices.lines
    assert prices.saved
    assert prices.lines[MILK].state is LineState.PRICE_RISE
    assert prices.saved[APPLES].state is LineState.SHORT
    assert [item.sku for item in prices.items] == [APPLES, MILK]


def test_a_tab_that_watches_the_product_gets_its_price_without_totals() -> None:
    harness, here = CartHarness(), FakeTab()
    here.watched = frozenset({MILK, APPLES, GHOST})
    harness.let_in(here)

    harness.updates_catalog(CHEAPER_MILK)

    (message,) = here.received
    assert message == Prices((Item(MILK, CHEAPER_MILK.products[MILK].price, 5),))


def test_a_tab_that_does_not_show_the_product_gets_no_message() -> None:
    harness, here = CartHarness(after(AddLine(APPLES, 1))), FakeTab()
    here.watched = frozenset({EGGS})
    harness.let_in(here)

    harness.updates_catalog(CHEAPER_MILK)

    assert here.received == []


def test_each_tab_gets_one_message_about_all_that_it_shows() -> None:
    harness, here, there = CartHarness(after(AddLine(MILK, 1))), FakeTab(), another_tab()
    here.watched = frozenset({APPLES, MILK})
    harness.let_in(here, there)

    harness.updates_catalog(catalog_with(APPLES, CHEAPER_MILK, price=230))

    assert kinds_of(here.received) == kinds_of(there.received) == ["Prices"]
    assert [item.sku for item in here.received[0].items] == [APPLES, MILK]  # type: ignore[union-attr]
    assert [item.sku for item in there.received[0].items] == [MILK]  # type: ignore[union-attr]


def test_a_price_change_that_changes_the_voucher_state_includes_the_voucher() -> None:
    harness = CartHarness(after(AddLine(APPLES, 9), SetVoucher(FIVER)))

    (below,) = restocked(harness, catalog_with(APPLES, price=230))
    (enough,) = restocked(CartHarness(harness.cart.saved), catalog_with(APPLES, price=20))

    assert below.voucher
    assert below.voucher.state is VoucherState.OK
    assert enough.voucher is UNSET


def test_a_voucher_with_an_unchanged_state_is_not_sent_again() -> None:
    harness, here = CartHarness(after(AddLine(APPLES, 9), SetVoucher(FIVER))), FakeTab()
    harness.let_in(here)

    for price in (230, 231, 232):
        harness.updates_catalog(catalog_with(APPLES, price=price))

    has_voucher = [
        message.voucher is not UNSET for message in here.received if isinstance(message, Prices)
    ]
    assert has_voucher == [True, False, False]


def test_a_voucher_edit_is_sent_without_any_product_change() -> None:
    harness, here = CartHarness(after(AddLine(APPLES, 9), SetVoucher(TENTH))), FakeTab()
    harness.let_in(here)

    harness.updates_catalog(catalog_with_voucher(Voucher(TENTH, "10 % off", percent=10, ends=NOON)))

    (message,) = here.received
    assert isinstance(message, Prices)
    assert message.voucher
    assert (message.items, message.voucher.state) == ((), VoucherState.EXPIRED)
    assert message.totals
    assert message.totals.discount == 0


def test_a_patch_has_the_voucher_if_it_was_set_removed_or_changed_its_state() -> None:
    harness, here = CartHarness(after(AddLine(APPLES, 9))), FakeTab()
    harness.let_in(here)
    below = ShownVoucher(FIVER, "£5 off from £20", VoucherState.BELOW_MINIMUM)
    enough = replace(below, state=VoucherState.OK)
    sent: dict[Op, ShownVoucher | UnsetType | None] = {
        SetVoucher(FIVER): below,
        SetNote("Ring twice"): UNSET,
        AddLine(APPLES, 1): enough,
        AddLine(APPLES, 2): UNSET,
        SetVoucher(None): None,
    }

    for n, op in enumerate(sent, start=2):
        here.submits(harness.cart, n, op)
        harness.saves()

    patches = [message for message in here.received if isinstance(message, PatchMessage)]
    assert [patch.voucher for patch in patches] == [*sent.values()]


def test_a_change_that_makes_the_voucher_apply_sends_its_state_once() -> None:
    harness, here = CartHarness(after(AddLine(APPLES, 9), SetVoucher(FIVER))), FakeTab()
    harness.let_in(here)

    for n in (3, 4):
        here.submits(harness.cart, n, AddLine(APPLES, 1))
        harness.saves()

    patches = [message for message in here.received if isinstance(message, PatchMessage)]
    assert patches[0].voucher
    assert patches[0].voucher.state is VoucherState.OK
    assert patches[1].voucher is UNSET


def test_a_voucher_that_starts_is_sent_to_all_tabs_before_a_snapshot_shows_it() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.updates_catalog(
        catalog_with_voucher(Voucher(TENTH, "10 % off", percent=10, starts=NOON + 60))
    )
    here.submits(harness.cart, 1, AddLine(APPLES, 1))
    here.submits(harness.cart, 2, SetVoucher(TENTH))
    harness.saves()
    harness.let_in(here)
    here.take_received()

    harness.clock.passes(60)
    snapshots = [harness.cart.snapshot(), harness.cart.snapshot()]

    (message,) = here.received
    assert isinstance(message, Prices)
    assert (message.items, message.lines, message.saved) == ((), UNSET, UNSET)
    assert message.voucher == snapshots[0].cart.voucher == snapshots[1].cart.voucher
    assert message.totals == snapshots[0].cart.totals
    assert snapshots[0].cart.totals.discount == 22


def test_a_prices_message_also_sends_the_end_of_a_voucher_to_other_tabs() -> None:
    harness, here = CartHarness(), FakeTab()
    harness.updates_catalog(
        catalog_with_voucher(Voucher(TENTH, "10 % off", percent=10, ends=NOON + 60))
    )
    here.submits(harness.cart, 1, SetVoucher(TENTH))
    harness.saves()
    harness.let_in(here)

    harness.clock.passes(60)
    here.take_received()
    prices = harness.cart.prices()

    assert kinds_of(here.received) == ["Prices"]
    assert prices.voucher
    assert prices.voucher.state is VoucherState.EXPIRED


def test_a_discontinued_product_is_still_shown() -> None:
    harness = CartHarness(after(AddLine(MILK, 1)))

    (prices,) = restocked(harness, catalog_with(MILK, sold=False))

    assert prices.lines
    assert prices.lines[MILK].state is LineState.GONE
    assert prices.totals
    assert prices.totals.count == 0
    assert isinstance(harness.cart.snapshot(), Snapshot)
    assert CIDER in harness.context.catalog.today.products
