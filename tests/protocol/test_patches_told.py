"""What a tab makes of what it is told."""

from hypothesis import given

from app.domain.catalog import Sku
from app.domain.ops import Kind
from app.domain.totals import ShownCart, ShownLine
from app.protocol.messages import UNTOUCHED, By, PatchMessage, Prices, ShownChanges, Snapshot, TabId
from app.protocol.projections import moved_prices_message, patch_message, snapshot_message
from tests.domain.op_examples import SHELVES, SOLD, Story, Wish, some_wishes
from tests.examples import CATALOG, EMPTY, HERE, NOON

SOMEBODY = By(TabId("tab"), HERE, 1, Kind.ADD_LINE)


class ToldTab:
    """A tab that believes what it is told, and knows nothing else."""

    def __init__(self, first: Snapshot) -> None:
        self.at, self.rev, seen = first
        self.lines = {line.sku: line for line in seen.lines}
        self.saved = {line.sku: line for line in seen.saved}
        self.note, self.voucher, self.totals = seen.note, seen.voucher, seen.totals

    def hear(self, news: PatchMessage | Prices) -> None:
        """Change what is shown as *news* say."""
        self.lines = _merged(self.lines, news.lines)
        self.saved = _merged(self.saved, news.saved)
        self.voucher = self.voucher if news.voucher is UNTOUCHED else news.voucher
        self.totals = news.totals or self.totals
        if isinstance(news, PatchMessage):
            assert news.prev == self.rev
            self.at, self.rev = news.at, news.rev
            self.note = self.note if news.note is None else news.note

    def sees(self) -> Snapshot:
        """Return what is shown, as a snapshot would tell it."""
        lines = tuple(sorted(self.lines.values(), key=lambda line: line.pos))
        saved = tuple(sorted(self.saved.values(), key=lambda line: line.pos))
        seen = ShownCart(lines, saved, self.note, self.voucher, self.totals)
        return Snapshot(self.at, self.rev, seen)


def _merged(lines: dict[Sku, ShownLine], changes: ShownChanges) -> dict[Sku, ShownLine]:
    merged = {**lines, **changes}
    return {sku: line for sku, line in merged.items() if line is not None}


@given(some_wishes)
def test_a_tab_that_was_told_everything_sees_just_what_a_snapshot_would_show(
    wishes: list[Wish],
) -> None:
    cart, today, owed = EMPTY, CATALOG, frozenset(SOLD)
    tab = ToldTab(snapshot_message(cart, today, NOON))
    for number, (_, wish, _, ruling) in enumerate(Story("empty", wishes).steps()):
        today = SHELVES[wish.day]
        prices = moved_prices_message(cart, owed, tab.voucher, today, NOON)
        if prices and number % 3 == 0:
            tab.hear(prices)
        cart = ruling.cart
        if ruling.patch:
            tab.hear(patch_message(cart, ruling.patch, SOMEBODY, tab.voucher, today, NOON, owed))
    if prices := moved_prices_message(cart, owed, tab.voucher, today, NOON):
        tab.hear(prices)

    assert tab.sees() == snapshot_message(cart, today, NOON)
