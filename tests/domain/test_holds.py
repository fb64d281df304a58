"""Which units a line holds, what others can still have of them, and when a hold is over."""

from dataclasses import dataclass, field, replace

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from app.domain.accounts import AccountId
from app.domain.cart import NOT_ASKED, Cart
from app.domain.catalog import Catalog, HoldRule, Sku
from app.domain.hold_care import Care, Grace, Held, plan_care
from app.domain.hold_limits import MOST_HELD_LINES, MOST_HELD_UNITS
from app.domain.holds import HoldState, ask_holds
from app.domain.ops import AddLine, DiscardLine, SaveLine, SetLine, SetNote, Undo, UnsaveLine
from app.domain.placing import RejectReason
from app.domain.totals import LineState, show_cart
from app.domain.verdicts import Clamped, Code, No, Ok
from tests.buying import not_placed, placed
from tests.examples import ADA, APPLES, CATALOG, EMPTY, MILK, NOON, catalog_of, product, ruling_on

BOB = AccountId("u-bob")
CAKES = tuple(Sku(f"cake-{number}") for number in range(MOST_HELD_LINES + 1))
GRACE = Grace(usual_s=10, checkout_s=30)


def with_milk(stock: int, hold: HoldRule = HoldRule.ALWAYS, **held: int) -> Catalog:
    """Return a catalogue whose milk can be held, and is by *held*."""
    milk = replace(CATALOG.products[MILK], stock=stock, hold=hold, on_hold=sum(held.values()))
    holders = {MILK: {AccountId(f"u-{name}"): units for name, units in held.items()}}
    return CATALOG._replace(products={**CATALOG.products, MILK: milk}, holders=holders)


def saved(cart: Cart, catalog: Catalog) -> tuple[Cart, Catalog]:
    """Return *cart* as saved, and the catalogue with what it holds."""
    holders = {sku: dict(units) for sku, units in catalog.holders.items()}
    for sku, qty in cart.asked.items():
        holders[sku].pop(cart.account, None)
        holders[sku] |= {cart.account: qty} if qty else {}
    products = {
        sku: replace(catalog.products[sku], on_hold=sum(units.values()))
        for sku, units in holders.items()
    }
    held = catalog._replace(products={**catalog.products, **products}, holders=holders)
    return after_saving(cart), held


def after_saving(cart: Cart) -> Cart:
    """Return *cart* without what it asks for."""
    return structs.replace(cart, asked=NOT_ASKED)


def test_a_line_asks_for_its_units_and_gives_them_back_however_it_goes() -> None:
    catalog = with_milk(5)
    cart = ruling_on(AddLine(MILK, 3), catalog=catalog).cart
    assert cart.asked == {MILK: 3}
    held, catalog = saved(cart, catalog)

    assert ruling_on(SetLine(MILK, 1), held, catalog).cart.asked == {MILK: 1}
    assert ruling_on(SetLine(MILK, 0), held, catalog).cart.asked == {MILK: 0}
    assert ruling_on(Undo(), held, catalog).cart.asked == {MILK: 0}
    later = ruling_on(SaveLine(MILK), held, catalog).cart
    assert later.asked == {MILK: 0}
    assert ruling_on(UnsaveLine(MILK), later, catalog).cart.asked == {MILK: 3}
    assert ruling_on(DiscardLine(MILK), later, catalog).cart.asked == {MILK: 0}
    assert ruling_on(SetNote("ring"), held, catalog).cart.asked == {}
    assert placed(held, catalog).cart.asked == {}


def test_only_scarce_units_are_held_where_the_product_says_so() -> None:
    asked = {
        (hold, stock): ruling_on(AddLine(MILK, 2), catalog=with_milk(stock, hold)).cart.asked
        for hold in HoldRule
        for stock in (10, 11)
    }

    assert {key for key, units in asked.items() if units == {MILK: 2}} == {
        (HoldRule.SCARCE, 10),
        (HoldRule.ALWAYS, 10),
        (HoldRule.ALWAYS, 11),
    }


def test_what_is_plentiful_again_stays_held_but_takes_no_more() -> None:
    catalog = with_milk(12, HoldRule.SCARCE, ada=1)

    assert ruling_on(SetLine(MILK, 3), catalog=catalog).cart.asked == {MILK: 1}
    assert ruling_on(AddLine(APPLES, 3), catalog=catalog).cart.asked == {}
    assert ask_holds(EMPTY, [APPLES, MILK], with_milk(12, HoldRule.SCARCE)) is EMPTY


def test_what_others_hold_can_neither_be_added_nor_ordered_but_stays_in_stock() -> None:
    catalog = with_milk(5, bob=3)

    adding = ruling_on(AddLine(MILK, 4), catalog=catalog)
    none_left = ruling_on(AddLine(MILK, 1), catalog=with_milk(5, bob=5))
    mine = ruling_on(AddLine(MILK, 4), catalog=with_milk(5, ada=1, bob=1))

    assert adding.verdict == Ok(1, 1, Clamped(MILK, 4, 2))
    assert isinstance(none_left.verdict, No)
    assert none_left.verdict.code is Code.SOLD_OUT
    assert mine.verdict == Ok(1, 1)
    blocked = not_placed(after_saving(mine.cart), with_milk(5, bob=2))
    assert blocked.why is RejectReason.SHORT
    assert placed(after_saving(mine.cart), with_milk(5, ada=4, bob=1))


def test_a_line_that_comes_back_unclamped_holds_what_there_is_and_is_short() -> None:
    catalog = with_milk(5, ada=4)
    cart = ruling_on(AddLine(MILK, 4), catalog=catalog).cart
    later = ruling_on(SaveLine(MILK), cart, catalog).cart

    back = ruling_on(UnsaveLine(MILK), later, with_milk(5, bob=3)).cart

    assert (back.lines[MILK].qty, back.asked) == (4, {MILK: 2})
    (line,) = show_cart(back, with_milk(5, ada=2, bob=3), NOON).lines
    assert (line.state, line.stock, line.others) == (LineState.SHORT, 2, 3)


def test_each_line_says_whether_it_is_held() -> None:
    cart = ruling_on(AddLine(MILK, 2), catalog=with_milk(5)).cart

    def shown(catalog: Catalog) -> object:
        return show_cart(cart, catalog, NOON).lines[0].hold

    assert shown(with_milk(5, ada=2)) is HoldState.HELD
    assert shown(with_milk(5, ada=1)) is HoldState.PART
    assert shown(with_milk(5, ada=0)) is HoldState.ENDED
    assert shown(with_milk(5)) is HoldState.NONE
    assert shown(with_milk(50, HoldRule.SCARCE)) is UNSET
    assert shown(CATALOG) is UNSET


def test_the_same_quantity_again_holds_what_has_ended() -> None:
    cart = after_saving(ruling_on(AddLine(MILK, 2), catalog=with_milk(5)).cart)

    again = ruling_on(SetLine(MILK, 2), cart, with_milk(5, ada=0))

    assert (again.patch, again.cart.asked) == (None, {MILK: 2})
    assert ruling_on(SetLine(MILK, 2), cart).cart.asked == {}


def test_nobody_holds_more_than_so_many_lines_and_units() -> None:
    cakes = [product(sku, "Cake", 100, 99, hold=HoldRule.ALWAYS) for sku in CAKES]
    catalog = catalog_of(*cakes)._replace(holders={sku: {} for sku in CAKES})
    cart = EMPTY
    for sku in CAKES:
        cart = ruling_on(AddLine(sku, 1), cart, catalog).cart
    many = ruling_on(AddLine(CAKES[0], 15), EMPTY, catalog).cart
    many = ruling_on(AddLine(CAKES[1], 9), many, catalog).cart

    assert list(cart.asked.values()) == [1] * MOST_HELD_LINES + [0]
    assert len(cart.lines) == MOST_HELD_LINES + 1
    assert many.asked == {CAKES[0]: 15, CAKES[1]: MOST_HELD_UNITS - 15}
    assert ask_holds(many, [CAKES[0]], catalog).asked == many.asked
    kept, catalog = saved(many, catalog)
    full = ruling_on(AddLine(CAKES[2], 1), kept, catalog).cart
    assert full.asked == {CAKES[2]: 0}
    lines = show_cart(*saved(full, catalog), NOON).lines
    assert [line.hold for line in lines] == [HoldState.HELD, HoldState.PART, HoldState.NONE]
    assert [line.limited for line in lines] == [UNSET, True, True]
    (alone,) = show_cart(ruling_on(AddLine(CAKES[2], 1), EMPTY, catalog).cart, catalog, NOON).lines
    assert (alone.hold, alone.limited) == (HoldState.NONE, UNSET)


Units = st.integers(0, 9)


@given(st.lists(st.tuples(st.sampled_from([ADA, BOB]), Units), max_size=20), Units)
def test_two_shoppers_never_ask_for_more_than_there_is(
    clicks: list[tuple[AccountId, int]], stock: int
) -> None:
    carts, catalog = {ADA: EMPTY, BOB: Cart(BOB, EMPTY.epoch)}, with_milk(stock)
    for account, qty in clicks:
        ruling = ruling_on(SetLine(MILK, qty), carts[account], catalog)
        carts[account], catalog = saved(ruling.cart, catalog)
        held = catalog.holders[MILK]
        assert sum(held.values()) <= stock
        line = carts[account].lines.get(MILK)
        assert held.get(account, 0) == min(line.qty if line else 0, stock)


@dataclass
class Shop:
    """Two nodes, and the rows of one account's hold, to which they do what their plans say."""

    held: Held
    leases: dict[str, int] = field(default_factory=dict)
    on: str | None = None
    killed: set[str] = field(default_factory=set)
    now_s: int = 0
    left_at_s: int = 0
    was_late: bool = False
    is_over: bool = False

    def passes(self, seconds: int) -> None:
        """Let both nodes take care each second, unless they were killed."""
        for _ in range(seconds):
            self.now_s += 1
            for node in ({"w1", "w2"} - self.killed) if not self.is_over else ():
                attended = {ADA} & {ADA if self.on == node else ""}
                care = plan_care([self.held], self.leases, attended, node, self.now_s, GRACE)
                self._do(node, care)
            if self.on is None and not self.is_over:
                assert self.now_s <= self.left_at_s + GRACE.usual_s + 5
            if self.now_s < self.left_at_s + GRACE.usual_s or (self.on and not self.was_late):
                assert not self.is_over

    def _do(self, node: str, care: Care) -> None:
        if care.needs_lease:
            self.leases[node] = self.now_s + 3
        if care.attend:
            self.held = Held(ADA, node, None, self.held.checkout_at_s)
        for one in care.leave:
            if (self.held.node, self.held.expires_at_s) == (one.node, None):
                self.held = Held(ADA, None, one.at_s, self.held.checkout_at_s)
        self.is_over |= bool(care.end)

    def connects(self, node: str) -> None:
        """Connect to *node*, if it lives."""
        if node not in self.killed:
            self.leaves()
            self.on, self.was_late = node, self.now_s >= self.left_at_s + GRACE.usual_s

    def leaves(self) -> None:
        """Cut the connection."""
        if self.on:
            self.on, self.left_at_s = None, self.now_s

    def dies(self, node: str) -> None:
        """Kill *node*; the other one stays."""
        if not self.killed:
            self.killed.add(node)
            if self.on == node:
                self.leaves()


some_event = st.one_of(
    st.tuples(st.just("connects"), st.sampled_from(["w1", "w2"])),
    st.tuples(st.just("leaves")),
    st.tuples(st.just("dies"), st.sampled_from(["w1", "w2"])),
    st.tuples(st.just("passes"), st.integers(1, 12)),
)


@example([("passes", 8), ("connects", "w1")])  # in the last second
@given(st.lists(some_event, max_size=20))
def test_a_hold_lasts_as_long_as_a_connection_and_the_grace_and_not_much_longer(
    events: list[tuple[str, str] | tuple[str] | tuple[str, int]],
) -> None:
    shop = Shop(held=Held(ADA, None, GRACE.usual_s, checkout_at_s=-1000))
    for name, *rest in events:
        if shop.is_over:
            break
        getattr(shop, name)(*rest)
        shop.passes(1)
    if not shop.is_over:
        shop.leaves()
        shop.passes(GRACE.usual_s + 6)

    assert shop.is_over


def test_in_checkout_a_hold_lasts_longer() -> None:
    recent, long_ago = Held(ADA, "w1", None, NOON - 30), Held(BOB, "w1", None, NOON - 31)

    care = plan_care([recent, long_ago], {"w1": NOON + 3}, [], "w1", NOON, GRACE)

    assert {one.account: one.at_s - NOON for one in care.leave} == {ADA: 30, BOB: 10}
    assert not plan_care([recent], {"w1": NOON + 3}, [], "w2", NOON, GRACE).is_needed


def test_a_node_adopts_whom_it_serves_and_ends_what_is_over() -> None:
    mine, expiring, over = (
        Held(ADA, "w1", None),
        Held(BOB, None, NOON),
        Held(AccountId("u-cy"), None, NOON - 1),
    )

    care = plan_care([mine, expiring, over], {"w1": NOON + 3}, [ADA, BOB], "w1", NOON, GRACE)
    orphan = plan_care([mine], {"w1": NOON - 1}, [], "w2", NOON, GRACE)

    assert ([*care.attend], [*care.leave], [*care.end]) == ([BOB], [], [over.account])
    assert care.needs_lease
    assert [one.at_s for one in orphan.leave] == [NOON - 1 + GRACE.usual_s]
