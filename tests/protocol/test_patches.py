"""A tab that applies every message shows what a snapshot would."""

from hypothesis import given

from app.domain.catalog import Sku
from app.domain.ops import Kind
from app.domain.totals import ShownCart, ShownLine
from app.protocol.messages import UNTOUCHED, By, PatchMessage, Prices, ShownChanges, Snapshot, TabId
from app.protocol.projections import moved_prices_message, patch_message, snapshot_message
from tests.domain.op_examples import CATALOGS, SOLD, OpOnDay, OpSequence, some_ops_on_days
from tests.examples import CATALOG, EMPTY, HERE, NOON

SOMEBODY = By(TabId("tab"), HERE, 1, Kind.ADD_LINE)


class ReplayingTab:
    """A tab that knows only the messages it received."""

    def __init__(self, first: Snapshot) -> None:
        self.at, self.rev, seen = first
        self.lines = {line.sku: line for line in seen.lines}
        self.saved = {line.sku: line for line in seen.saved}
        self.note, self.voucher, self.totals = seen.note, seen.voucher, seen.totals

    def apply(self, message: PatchMessage | Prices) -> None:
        """Apply *message* to what is shown."""
        self.lines = _merged(self.lines, message.lines)
        self.saved = _merged(self.saved, message.saved)
        self.voucher = self.voucher if message.voucher is UNTOUCHED else message.voucher
        self.totals = message.totals or self.totals
        if isinstance(message, PatchMessage):
            assert message.prev == self.rev
            self.at, self.rev = message.at, message.rev
            self.note = self.note if message.note is None else message.note

    def sees(self) -> Snapshot:
        """Return what is shown, as a snapshot has it."""
        lines = tuple(sorted(self.lines.values(), key=lambda line: line.pos))
        saved = tuple(sorted(self.saved.values(), key=lambda line: line.pos))
        seen = ShownCart(lines, saved, self.note, self.voucher, self.totals)
        return Snapshot(self.at, self.rev, seen)


def _merged(lines: dict[Sku, ShownLine], changes: ShownChanges) -> dict[Sku, ShownLine]:
    merged = {**lines, **changes}
    return {sku: line for sku, line in merged.items() if line is not None}


@given(some_ops_on_days)
def test_a_tab_that_applies_every_message_shows_what_a_snapshot_would(
    ops_on_days: list[OpOnDay],
) -> None:
    cart, today, pending = EMPTY, CATALOG, frozenset(SOLD)
    tab = ReplayingTab(snapshot_message(cart, today, NOON))
    for number, (_, sent, _, ruling) in enumerate(OpSequence("empty", ops_on_days).steps()):
        today = CATALOGS[sent.day]
        prices = moved_prices_message(cart, pending, tab.voucher, today, NOON)
        if prices and number % 3 == 0:
            tab.apply(prices)
        cart = ruling.cart
        if ruling.patch:
            tab.apply(
                patch_message(cart, ruling.patch, SOMEBODY, tab.voucher, today, NOON, pending)
            )
    if prices := moved_prices_message(cart, pending, tab.voucher, today, NOON):
        tab.apply(prices)

    assert tab.sees() == snapshot_message(cart, today, NOON)
