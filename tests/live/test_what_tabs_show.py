"""A tab that applies each message shows the saved cart, and totals that follow from its lines."""

from collections.abc import Callable, Mapping
from functools import partial

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET

from app.domain.catalog import Catalog, Money, Sku, Voucher
from app.domain.ops import (
    AddLine,
    DiscardLine,
    Op,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    Undo,
    UnsaveLine,
)
from app.domain.totals import LineState, ShownCart, ShownLine, Totals
from app.domain.verdicts import No, Ok
from app.domain.vouchers import ShownVoucher
from app.protocol.messages import PatchMessage, Prices, ServerMessage, ShownChanges, Snapshot
from tests.examples import (
    APPLES,
    CATALOG,
    FIVER,
    MILK,
    NOON,
    TENTH,
    after,
    catalog_with,
    catalog_with_voucher,
)
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness, saved_elsewhere

FREE = frozenset({LineState.GONE, LineState.SOLD_OUT})
"""The states of lines that cost nothing."""
TEN_S_LATER = Voucher(TENTH, "10 % off", percent=10, starts=NOON + 10, ends=NOON + 20)


class ShowingTab(FakeTab):
    """A tab that keeps what it shows, as the page does."""

    def __init__(self) -> None:
        super().__init__()
        self.rev = 0
        self.lines: dict[Sku, ShownLine] = {}
        self.saved: dict[Sku, ShownLine] = {}
        self.note = ""
        self.voucher: ShownVoucher | None = None
        self.totals = Totals(0, Money(0), Money(0), Money(0), Money(0), "GBP")

    def tell(self, message: ServerMessage) -> None:
        match message:
            case Snapshot(_, rev, cart):
                self.rev, self.note = rev, cart.note
                self.lines = {line.sku: line for line in cart.lines}
                self.saved = {line.sku: line for line in cart.saved}
                self.voucher, self.totals = cart.voucher, cart.totals
            case PatchMessage():
                self._apply(message)
            case Prices():
                self._reprice(message)
            case _:
                assert isinstance(message, Ok | No)
        self._check_totals()

    def shows(self) -> ShownCart:
        """Return what it shows."""
        return ShownCart(
            in_order(self.lines), in_order(self.saved), self.note, self.voucher, self.totals
        )

    def _apply(self, patch: PatchMessage) -> None:
        assert patch.prev == self.rev
        assert len(patch.by) == patch.rev - patch.prev
        self.rev = patch.rev
        change(self.lines, patch.lines)
        change(self.saved, patch.saved or {})
        self.note = self.note if patch.note is UNSET else patch.note
        self.voucher = self.voucher if patch.voucher is UNSET else patch.voucher
        self.totals = patch.totals

    def _reprice(self, prices: Prices) -> None:
        for shown, sent in ((self.lines, prices.lines), (self.saved, prices.saved)):
            assert shown.keys() >= (sent or {}).keys()
            change(shown, sent or {})
        self.voucher = self.voucher if prices.voucher is UNSET else prices.voucher
        self.totals = prices.totals or self.totals

    def _check_totals(self) -> None:
        paid = [line for line in self.lines.values() if line.state not in FREE]
        assert self.totals.count == sum(line.qty for line in paid)
        assert self.totals.subtotal == sum(line.qty * line.price for line in paid)


def change(lines: dict[Sku, ShownLine], changes: ShownChanges) -> None:
    """Set the changed *lines*, and remove those that are `None`."""
    for sku, line in changes.items():
        if line is None:
            lines.pop(sku, None)
        else:
            lines[sku] = line


def in_order(lines: Mapping[Sku, ShownLine]) -> tuple[ShownLine, ...]:
    """Return *lines* by position."""
    return tuple(sorted(lines.values(), key=lambda line: line.pos))


class World:
    """Ada's cart with two lines, and a tab that shows it."""

    def __init__(self) -> None:
        self.harness = CartHarness(after(AddLine(APPLES, 2), AddLine(MILK, 3)))
        self.tab = ShowingTab()
        self.harness.let_in(self.tab)
        self.tab.tell(self.harness.cart.snapshot())

    def submits(self, op: Op) -> None:
        self.tab.submits(self.harness.cart, self.harness.cart.last(self.tab.outbox) + 1, op)
        self.harness.clock.passes(0.1)

    def saves(self) -> None:
        if self.harness.writer.waiting:
            self.harness.saves()

    def another_node_saves(self) -> None:
        """Have the cart reloaded after another node has saved it without an event."""
        self.harness.cart.mark_stale()
        self.harness.cart.reload(saved_elsewhere(self.harness.cart.saved, AddLine(APPLES, 1)))

    def edits(self, catalog: Catalog) -> None:
        self.harness.edits_catalog(catalog)


def submit(op: Op) -> Callable[[World], None]:
    """Return the action that submits *op*."""
    return partial(World.submits, op=op)


def edit(catalog: Catalog) -> Callable[[World], None]:
    """Return the action that changes the catalogue; the tab is not sent that yet."""
    return partial(World.edits, catalog=catalog)


ACTIONS: tuple[Callable[[World], None], ...] = (
    *(submit(AddLine(sku, qty)) for sku in (APPLES, MILK) for qty in (1, 9)),
    *(submit(SetLine(sku, 0)) for sku in (APPLES, MILK)),
    *(submit(SaveLine(sku)) for sku in (APPLES, MILK)),
    *(submit(UnsaveLine(sku)) for sku in (APPLES, MILK)),
    submit(DiscardLine(MILK)),
    *(submit(op) for op in (SetNote("Ring twice"), SetVoucher(TENTH), SetVoucher(FIVER), Undo())),
    *(edit(catalog_with(MILK, price=price, stock=9)) for price in (100, 900)),
    *(edit(catalog_with(APPLES, **change)) for change in ({"stock": 0}, {"sold": False})),
    edit(catalog_with_voucher(TEN_S_LATER)),
    edit(CATALOG),
    lambda world: world.harness.clock.passes(7),
    World.another_node_saves,
    *[World.saves] * 4,
    *[lambda world: world.harness.sends_pending_prices()] * 2,
)


VOUCHER_MOVES_BEFORE_A_RELOAD: list[Callable[[World], None]] = [
    submit(SetVoucher(TENTH)),
    World.saves,
    edit(catalog_with_voucher(TEN_S_LATER)),
    World.another_node_saves,
]


@given(st.lists(st.sampled_from(ACTIONS), max_size=40))
@example(VOUCHER_MOVES_BEFORE_A_RELOAD)
def test_a_tab_shows_the_saved_cart_whatever_changes_in_between(
    actions: list[Callable[[World], None]],
) -> None:
    world = World()
    for action in actions:
        action(world)

    world.saves()
    world.harness.sends_pending_prices()

    snapshot = world.harness.cart.snapshot()
    assert world.tab.shows() == snapshot.cart
    assert world.tab.rev == snapshot.rev
