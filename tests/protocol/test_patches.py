"""A tab that applies every message shows what a snapshot would."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from app.domain.cart import Cart
from app.domain.catalog import Catalog, Sku
from app.domain.ops import Kind, Ruling
from app.domain.totals import ShownCart, ShownLine, price_cart
from app.protocol.changes import CartChange, CommittedChange, committed_change
from app.protocol.messages import By, PatchMessage, Prices, ShownChanges, Snapshot, TabId
from app.protocol.projections import moved_prices_message, patch_message, snapshot_message
from tests.domain.op_examples import CATALOGS, SOLD, OpOnDay, OpSequence, some_ops_on_days
from tests.examples import CATALOG, EMPTY, HERE, NOON


class ReplayingTab:
    """A tab that knows only the messages it received."""

    def __init__(self, first: Snapshot) -> None:
        self.at, self.rev, seen = first.at, first.rev, first.cart
        self.lines = {line.sku: line for line in seen.lines}
        self.saved = {line.sku: line for line in seen.saved}
        self.note, self.voucher, self.totals = seen.note, seen.voucher, seen.totals

    def apply(self, message: PatchMessage | Prices) -> None:
        """Apply *message* to what is shown."""
        self.lines = _merged(self.lines, message.lines)
        self.saved = _merged(self.saved, message.saved)
        self.voucher = self.voucher if message.voucher is UNSET else message.voucher
        self.totals = self.totals if message.totals is UNSET else message.totals
        if isinstance(message, PatchMessage):
            assert message.prev == self.rev
            assert len(message.by) == message.rev - message.prev
            self.at, self.rev = message.at, message.rev
            self.note = self.note if message.note is UNSET else message.note

    def sees(self) -> Snapshot:
        """Return what is shown, as a snapshot has it."""
        lines = tuple(sorted(self.lines.values(), key=lambda line: line.pos))
        saved = tuple(sorted(self.saved.values(), key=lambda line: line.pos))
        seen = ShownCart(lines, saved, self.note, self.voucher, self.totals)
        return Snapshot(self.at, self.rev, seen)


def _merged(
    lines: Mapping[Sku, ShownLine], changes: ShownChanges | UnsetType
) -> dict[Sku, ShownLine]:
    merged = {**lines, **({} if changes is UNSET else changes)}
    return {sku: line for sku, line in merged.items() if line is not None}


def patch_of(
    cart: Cart, change: CommittedChange, tab: ReplayingTab, today: Catalog
) -> PatchMessage:
    """Return the message of the *change* that made *cart*, at prices that *tab* does not know."""
    voucher, totals = price_cart(cart, today, NOON)
    moved = UNSET if voucher == tab.voucher else voucher
    return patch_message(cart, change.patch, change.by, moved, totals, today, frozenset(SOLD))


def changes_of(rulings: list[Ruling]) -> list[CartChange]:
    """Return what *rulings* changed, by a tab."""
    return [
        CartChange(ruling.patch, By(TabId("tab"), HERE, ruling.verdict.n, Kind.ADD_LINE))
        for ruling in rulings
        if ruling.patch
    ]


@given(some_ops_on_days, st.integers(1, 5))
def test_a_tab_that_applies_every_message_shows_what_a_snapshot_would(
    ops_on_days: list[OpOnDay], size: int
) -> None:
    cart, today, pending = EMPTY, CATALOG, frozenset(SOLD)
    tab = ReplayingTab(snapshot_message(cart, today, NOON))
    steps = [*OpSequence("empty", ops_on_days).steps()]
    for number in range(0, len(steps), size):
        commit = steps[number : number + size]
        today = CATALOGS[commit[-1].sent.day]
        prices = moved_prices_message(cart, pending, tab.voucher, today, NOON)
        if prices and number % 3 == 0:
            tab.apply(prices)
        cart = commit[-1].ruling.cart
        if changes := changes_of([step.ruling for step in commit]):
            tab.apply(patch_of(cart, committed_change(changes), tab, today))
    if prices := moved_prices_message(cart, pending, tab.voucher, today, NOON):
        tab.apply(prices)

    assert tab.sees() == snapshot_message(cart, today, NOON)
