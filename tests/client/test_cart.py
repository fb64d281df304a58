"""How snapshots, patches and prices update the client's cart."""

import json

from hypothesis import given

from app.client.cart import EMPTY_CART, Cart, advance, from_snapshot, invalidate, reprice
from app.client.decode import decode
from app.domain.cart import Cart as StoredCart
from app.domain.catalog import Catalog, Sku
from app.domain.ops import Kind
from app.domain.outbox import OutboxId
from app.domain.totals import price_cart
from app.protocol.encode import encode
from app.protocol.messages import By, PatchMessage, Prices, Snapshot, TabId
from app.protocol.projections import moved_prices_message, patch_message, snapshot_message
from tests.client.samples import sample
from tests.domain.op_examples import CATALOGS, STARTS, OpOnDay, OpSequence, some_ops_on_days
from tests.examples import NOON

APPLES, MILK, HONEY = Sku("gala-apples-1kg"), Sku("milk-2l"), Sku("honey-340g")
HERE = {"tab": "tab", "outbox": "outbox", "n": 1, "k": "line.add"}
BY = By(TabId("tab"), OutboxId("outbox"), 1, Kind.ADD_LINE)


def snapshot(name: str = "snapshot_of_every_state", **changes: object) -> Cart:
    message = decode(json.dumps(sample(name, **changes)))
    assert isinstance(message, Snapshot)
    return from_snapshot(message)


def patch(name: str, **changes: object) -> PatchMessage:
    message = decode(json.dumps(sample(name, **changes)))
    assert isinstance(message, PatchMessage)
    return message


def prices(name: str) -> Prices:
    message = decode(json.dumps(sample(name)))
    assert isinstance(message, Prices)
    return message


def after(cart: Cart, change: PatchMessage) -> Cart:
    updated = advance(cart, change)
    assert updated is not None
    return updated


def test_a_snapshot_is_the_whole_cart() -> None:
    cart = snapshot()
    assert (cart.at, cart.rev) == ("7c1d.42.0d9e51a7c3b2f480", 42)
    assert list(cart.lines) == [APPLES, MILK, "rye-loaf-500g", "kiwi-6", "mango-1"]
    assert cart.saved[HONEY].price == 495
    assert cart.voucher is not None
    assert cart.totals.total == 2348


def test_a_patch_sets_and_removes_lines() -> None:
    cart = snapshot()
    assert after(cart, patch("patch_set")).lines[APPLES].qty == 4
    gone = after(cart, patch("patch_remove"))
    assert MILK not in gone.lines
    assert gone.rev == 43
    assert gone.at == "7c1d.43.53c0"
    assert gone.totals.total == 2250
    assert MILK in cart.lines


def test_a_patch_moves_lines_to_the_saved_ones_and_back() -> None:
    saved = after(snapshot(), patch("patch_save"))
    assert MILK not in saved.lines
    assert MILK in saved.saved
    back = after(snapshot(), patch("patch_unsave"))
    assert HONEY in back.lines
    assert HONEY not in back.saved


def test_a_patch_leaves_alone_what_it_does_not_mention() -> None:
    cart = snapshot()
    updated = after(cart, patch("patch_set"))
    assert (updated.saved, updated.note, updated.voucher) == (cart.saved, cart.note, cart.voucher)
    assert after(cart, patch("patch_voucher_off")).voucher is None
    emptied = after(cart, patch("patch_order"))
    assert (emptied.note, emptied.voucher) == ("", None)


def test_lines_stay_in_their_order_when_one_comes_back_to_its_place() -> None:
    cart = snapshot()
    without = cart._replace(lines={sku: cart.lines[sku] for sku in (MILK, Sku("kiwi-6"))})
    assert list(after(without, patch("patch_undo")).lines) == [APPLES, MILK, "kiwi-6"]


def test_a_patch_of_several_revisions_counts_as_one_step() -> None:
    updated = after(snapshot(), patch("patch_set", rev=45, at="7c1d.45.60aa", by=[HERE] * 3))
    assert (updated.rev, updated.at, updated.lines[APPLES].qty) == (45, "7c1d.45.60aa", 4)
    assert advance(updated, patch("patch_set", prev=43, rev=44)) is updated


def test_a_patch_that_came_before_is_dropped() -> None:
    cart = snapshot(rev=43)
    assert advance(cart, patch("patch_set")) is cart
    assert advance(snapshot(rev=99), patch("patch_set")) == snapshot(rev=99)


def test_a_patch_after_a_gap_does_not_fit() -> None:
    assert advance(snapshot(rev=41), patch("patch_set")) is None


def test_no_patch_fits_a_stale_cart() -> None:
    assert advance(invalidate(snapshot()), patch("patch_set")) is None
    assert advance(EMPTY_CART, patch("patch_set", prev=0, rev=1)) is None


def test_prices_move_lines_and_totals_at_the_same_revision() -> None:
    cart = snapshot()
    updated = reprice(cart, prices("prices_of_lines"))
    assert (updated.rev, updated.at) == (cart.rev, cart.at)
    assert updated.lines[APPLES].price == 240
    assert updated.totals.total == 1070
    assert reprice(cart, prices("prices_of_saved")).saved[HONEY].price == 450


def test_prices_of_watched_products_alone_touch_nothing() -> None:
    assert reprice(snapshot(), prices("prices_watched")) == snapshot()


def snapshot_of(cart: StoredCart, catalog: Catalog) -> Cart:
    message = decode(encode(snapshot_message(cart, catalog, NOON)))
    assert isinstance(message, Snapshot)
    return from_snapshot(message)


def at_todays_prices(held: Cart, cart: StoredCart, before: Catalog, today: Catalog) -> Cart:
    voucher = snapshot_message(cart, before, NOON).cart.voucher
    changed = moved_prices_message(cart, frozenset(today.products), voucher, today, NOON)
    message = changed and decode(encode(changed))
    return reprice(held, message) if isinstance(message, Prices) else held


@given(some_ops_on_days)
def test_messages_on_the_way_add_up_to_the_next_snapshot(wishes: list[OpOnDay]) -> None:
    catalog = next(iter(CATALOGS.values()))
    held = snapshot_of(STARTS["empty"], catalog)
    for step in OpSequence("empty", wishes).steps():
        yesterday, catalog = catalog, CATALOGS[step.sent.day]
        held = at_todays_prices(held, step.before, yesterday, catalog)
        if step.ruling.patch:
            voucher, totals = price_cart(step.ruling.cart, catalog, NOON)
            change = patch_message(
                step.ruling.cart, step.ruling.patch, (BY,), voucher, totals, catalog
            )
            message = decode(encode(change))
            assert isinstance(message, PatchMessage)
            held = after(held, message)
        assert held == snapshot_of(step.ruling.cart, catalog)


def test_suggestions_come_go_and_are_priced_beside_the_lines() -> None:
    shared = snapshot("snapshot_shared")
    assert (set(shared.suggested), shared.lines[APPLES].by) == ({HONEY}, "u-3fa9")

    without = after(shared, patch("patch_suggested", prev=3, rev=4, suggested={HONEY: None}))
    again = after(without, patch("patch_suggested", prev=4, rev=5))

    assert without.suggested == {}
    assert again.suggested[HONEY].by == "u-5c02"
    assert reprice(without, prices("prices_of_suggested")).suggested == again.suggested
