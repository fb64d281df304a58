"""The samples of server messages, as values."""

from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku, VoucherCode
from app.domain.limits import Limits
from app.domain.ops import Kind
from app.domain.orders import OrderNumber, OrderState
from app.domain.outbox import OutboxId
from app.domain.position import SnapshotReason
from app.domain.totals import LineState, ShownCart, ShownLine, Totals
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater, Verdict
from app.domain.vouchers import ShownVoucher, VoucherState
from app.protocol.messages import (
    BY_ORDER,
    UNTOUCHED,
    Auth,
    By,
    Drain,
    Heartbeat,
    Item,
    Need,
    OrderMoved,
    PatchMessage,
    Pong,
    Prices,
    ServerMessage,
    ShownChanges,
    Snapshot,
    TabId,
    Tabs,
    Welcome,
)
from tests.protocol.client_messages import APPLES, HONEY, MILK, NOTE, OUTBOX, TAB

RYE, KIWIS, MANGO = Sku("rye-loaf-500g"), Sku("kiwi-6"), Sku("mango-1")
OTHER = OutboxId("0d9e7b51-6c2f-4e8a-b1d3-95a7c0e2f468")
WELCOME10 = ShownVoucher(VoucherCode("WELCOME10"), "10 % off", VoucherState.OK)


def totals(count: int, subtotal: int, discount: int, delivery: int, total: int) -> Totals:
    """Return totals."""
    return Totals(count, Money(subtotal), Money(discount), Money(delivery), Money(total))


THREE_APPLES = ShownLine(
    APPLES,
    3,
    3,
    Money(220),
    Money(220),
    None,
    LineState.OK,
    "Gala apples",
    "1 kg",
    "gala-apples",
    "apple-red",
)
TWO_MILK = ShownLine(
    MILK,
    4,
    2,
    Money(145),
    Money(160),
    8,
    LineState.PRICE_RISE,
    "Whole milk",
    "2 l",
    "whole-milk",
    "milk",
)
FOUR_RYE = ShownLine(
    RYE,
    5,
    4,
    Money(310),
    Money(310),
    2,
    LineState.SHORT,
    "Rye loaf",
    "500 g",
    "rye-loaf",
    "bread",
)
SIX_KIWIS = ShownLine(
    KIWIS,
    6,
    6,
    Money(180),
    Money(175),
    0,
    LineState.SOLD_OUT,
    "Kiwis",
    "6 pieces",
    "kiwis",
    "kiwi",
)
ONE_MANGO = ShownLine(
    MANGO, 7, 1, Money(130), Money(130), 0, LineState.GONE, "Mango", "each", "mango", "mango"
)
HONEY_JAR = ShownLine(
    HONEY,
    8,
    1,
    Money(495),
    Money(495),
    None,
    LineState.OK,
    "Heather honey",
    "340 g",
    "heather-honey",
    "honey",
)
LINES = (THREE_APPLES, TWO_MILK, FOUR_RYE, SIX_KIWIS, ONE_MANGO)
SAVED = (HONEY_JAR,)
FOUR_APPLES = THREE_APPLES._replace(qty=4)
COSTLY = totals(9, 2220, 222, 350, 2348)
PLAIN = totals(3, 660, 0, 350, 1010)
NOTHING = totals(0, 0, 0, 0, 0)


def welcome(
    why: SnapshotReason | None,
    last: int,
    *verdicts: Verdict,
    node: str = "w1",
    conn: str = "c-81f2",
) -> Welcome:
    """Return a welcome; the login lasts fourteen days more."""
    days_ms = 1_209_600_000
    ada = AccountId("u-3fa9")
    return Welcome(ada, node, conn, why, last, verdicts, 20_000, days_ms, Limits())


def changed(  # noqa: PLR0913 - a patch has these fields
    kind: Kind,
    at: str,
    lines: ShownChanges,
    costs: Totals,
    *,
    saved: ShownChanges | None = None,
    tab: TabId | None = TAB,
    outbox: OutboxId = OUTBOX,
    n: int = 19,
) -> PatchMessage:
    """Return a patch that makes revision 43."""
    by = By(tab, outbox, n, kind)
    return PatchMessage(42, 43, f"7c1d.43.{at}", by, lines, saved or {}, None, UNTOUCHED, costs)


def refusal(code: Code, text: str) -> No:
    """Return a refusal of op 19, with its sentence as it came over the wire."""
    return No(19, code, (), 42, text)


SERVER_MESSAGES: dict[str, ServerMessage] = {
    "welcome_first": welcome(SnapshotReason.FIRST, 0),
    "welcome_with_verdicts": welcome(
        SnapshotReason.BEHIND,
        19,
        Ok(18, 42),
        refusal(Code.SOLD_OUT, "Gala apples are sold out."),
        conn="c-81f3",
    ),
    "welcome_same": welcome(None, 17, node="w2", conn="c-0a44")._replace(
        session_left_ms=86_400_000
    ),
    "welcome_bad": welcome(SnapshotReason.BAD, 17),
    "welcome_epoch": welcome(SnapshotReason.EPOCH, 17),
    "welcome_future": welcome(SnapshotReason.FUTURE, 17),
    "welcome_fork": welcome(SnapshotReason.FORK, 17),
    "snapshot_empty": Snapshot("7c1d.0.0000000000000000", 0, ShownCart((), (), "", None, NOTHING)),
    "snapshot_of_every_state": Snapshot(
        "7c1d.42.0d9e51a7c3b2f480", 42, ShownCart(LINES, SAVED, NOTE, WELCOME10, COSTLY)
    ),
    "patch_set": changed(
        Kind.SET_LINE, "51c0", {APPLES: FOUR_APPLES}, totals(10, 2440, 244, 350, 2546)
    ),
    "patch_add_from_another_tab": changed(
        Kind.ADD_LINE,
        "52c0",
        {HONEY: HONEY_JAR._replace(pos=10)},
        totals(11, 2935, 0, 350, 3285),
        tab=TabId(OTHER),
        outbox=OutboxId("c3d2b1a0-4f5e-4d6c-8b7a-190807060504"),
        n=3,
    )._replace(prev=43, rev=44, at="7c1d.44.52c0"),
    "patch_remove": changed(Kind.SET_LINE, "53c0", {MILK: None}, totals(7, 1900, 0, 350, 2250)),
    "patch_remove_last": changed(Kind.SET_LINE, "54c0", {APPLES: None}, NOTHING),
    "patch_accept": changed(
        Kind.ACCEPT_LINE,
        "55c0",
        {MILK: TWO_MILK._replace(agreed=Money(160), state=LineState.OK)},
        totals(5, 980, 0, 350, 1330),
    ),
    "patch_save": changed(Kind.SAVE_LINE, "56c0", {MILK: None}, PLAIN, saved={MILK: TWO_MILK}),
    "patch_unsave": changed(
        Kind.UNSAVE_LINE,
        "57c0",
        {HONEY: HONEY_JAR._replace(pos=11)},
        totals(4, 1155, 0, 350, 1505),
        saved={HONEY: None},
    ),
    "patch_with_a_line_whose_price_moved": changed(
        Kind.SET_LINE,
        "58c0",
        {APPLES: FOUR_APPLES, MILK: TWO_MILK._replace(price=Money(170))},
        totals(6, 1220, 0, 350, 1570),
    ),
    "patch_note": changed(Kind.SET_NOTE, "59c0", {}, PLAIN)._replace(note=NOTE),
    "patch_voucher": changed(Kind.SET_VOUCHER, "5ac0", {}, totals(3, 660, 66, 350, 944))._replace(
        voucher=WELCOME10
    ),
    "patch_voucher_off": changed(Kind.SET_VOUCHER, "5bc0", {}, PLAIN)._replace(voucher=None),
    "patch_undo": changed(Kind.UNDO, "5cc0", {APPLES: THREE_APPLES}, PLAIN),
    "patch_over_http": changed(
        Kind.ADD_LINE,
        "5dc0",
        {APPLES: FOUR_APPLES},
        totals(4, 880, 0, 350, 1230),
        tab=None,
        outbox=OTHER,
        n=1,
    ),
    "ok": Ok(18, 42),
    "ok_clamped": Ok(18, 42, Clamped(APPLES, 9, 5)),
    "no_bad_op": refusal(Code.BAD_OP, "That change could not be read. Load the page again."),
    "no_unknown_sku": refusal(Code.UNKNOWN_SKU, "There is no such product."),
    "no_gone": refusal(Code.GONE, "Mangoes are no longer sold."),
    "no_not_in_cart": refusal(Code.NOT_IN_CART, "Whole milk is not in your cart."),
    "no_line_limit": refusal(
        Code.LINE_LIMIT, "A cart holds 100 different products. Take one out first."
    ),
    "no_qty_limit": refusal(Code.QTY_LIMIT, "You can have at most 99 of one product."),
    "no_sold_out": refusal(Code.SOLD_OUT, "Gala apples are sold out."),
    "no_price_moved": refusal(Code.PRICE_MOVED, "The price moved again. Look at it once more."),
    "no_moved": refusal(
        Code.MOVED, "The cart has changed since. Take back the newest change first."
    ),
    "no_nothing_to_undo": refusal(Code.NOTHING_TO_UNDO, "There is nothing to take back."),
    "no_bad_voucher": refusal(Code.BAD_VOUCHER, "There is no voucher with this code."),
    "no_too_many_tries": refusal(
        Code.TOO_MANY_TRIES, "Too many codes were tried. Try again in an hour."
    ),
    "no_expired": refusal(
        Code.EXPIRED, "This change is too old to be answered. Look at your cart and do it again."
    ),
    "no_busy": RetryLater(20, RetryCode.BUSY, 1000),
    "no_rate": RetryLater(20, RetryCode.RATE, 400),
    "need": Need(18),
    "prices_watched": Prices(
        (
            Item(APPLES, Money(240), 5),
            Item(KIWIS, Money(175), 0),
            Item(MILK, Money(160), None),
        )
    ),
    "prices_nothing": Prices(()),
    "prices_of_lines": Prices(
        (Item(APPLES, Money(240), 5),),
        {APPLES: THREE_APPLES._replace(price=Money(240), stock=5, state=LineState.PRICE_RISE)},
        totals=totals(3, 720, 0, 350, 1070),
    ),
    "prices_of_saved": Prices(
        (Item(HONEY, Money(450), None),),
        saved={HONEY: HONEY_JAR._replace(price=Money(450))},
    ),
    "prices_after_welcome_same": Prices(
        (),
        {each.sku: each for each in LINES},
        {each.sku: each for each in SAVED},
        WELCOME10,
        COSTLY,
    ),
    "patch_order": PatchMessage(
        42, 43, "7c1d.43.5ec0", BY_ORDER, {APPLES: None}, {}, "", None, NOTHING
    ),
    "order_placed": OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PLACED),
    "order_packed": OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PACKED),
    "tabs": Tabs(2),
    "pong": Pong(7),
    "hb": Heartbeat(),
    "auth": Auth(120_000),
    "drain": Drain(340, 10_000),
}
