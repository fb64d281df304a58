"""The samples of server messages, as values."""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.catalog import Money, VoucherCode
from app.domain.devices import Device
from app.domain.help import HelpEnd
from app.domain.holds import HoldState
from app.domain.languages import ENGLISH
from app.domain.limits import Limits
from app.domain.members import Role
from app.domain.ops import Kind
from app.domain.orders import OrderNumber, OrderState
from app.domain.outbox import OutboxId
from app.domain.position import SnapshotReason
from app.domain.totals import LineState, ShownCart, Totals
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater, Verdict
from app.domain.vouchers import ShownVoucher, VoucherState
from app.domain.waitlist import Offer
from app.protocol.localize import verdict_message
from app.protocol.messages import (
    BY_ORDER,
    Auth,
    By,
    Drain,
    Heartbeat,
    HelpMessage,
    HouseholdMessage,
    Item,
    Need,
    OrderMoved,
    PatchMessage,
    Person,
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
from tests.protocol.shown_lines import (
    ADA,
    BEN,
    BENS_APPLES,
    CLEO,
    COSTLY,
    FOUR_APPLES,
    HONEY_JAR,
    KIWIS,
    LINES,
    NOTHING,
    PLAIN,
    SAVED,
    SUGGESTED_HONEY,
    TAXED,
    THREE_APPLES,
    TWO_MILK,
    totals,
)

OTHER = OutboxId("0d9e7b51-6c2f-4e8a-b1d3-95a7c0e2f468")
ANOTHER = OutboxId("c3d2b1a0-4f5e-4d6c-8b7a-190807060504")
WELCOME10 = ShownVoucher(VoucherCode("WELCOME10"), "10 % off", VoucherState.OK)


PROMOTED_APPLES = replace(THREE_APPLES, deal="3 for 2", off=Money(220))


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
    said = tuple(verdict_message(verdict, ENGLISH) for verdict in verdicts)
    same = Welcome(ada, node, conn, "same", last, said, 20_000, days_ms, Limits())
    return replace(same, mode="snapshot", why=why) if why else same


def changed(  # noqa: PLR0913 - a patch has these fields
    kind: Kind,
    at: str,
    lines: ShownChanges,
    costs: Totals,
    *,
    saved: ShownChanges | UnsetType = UNSET,
    tab: TabId | None = TAB,
    outbox: OutboxId = OUTBOX,
    n: int = 19,
) -> PatchMessage:
    """Return a patch that makes revision 43."""
    by = By(tab, outbox, n, kind)
    return PatchMessage(42, 43, f"7c1d.43.{at}", (by,), lines, costs, saved)


def refusal(code: Code, *args: str) -> No:
    """Return a refusal of op 19; *args* are the names and numbers in its sentence."""
    return No(19, code, args, 42)


SERVER_MESSAGES: dict[str, ServerMessage] = {
    "welcome_first": welcome(SnapshotReason.FIRST, 0),
    "welcome_with_verdicts": welcome(
        SnapshotReason.BEHIND,
        19,
        Ok(18, 42),
        refusal(Code.SOLD_OUT, "Gala apples"),
        conn="c-81f3",
    ),
    "welcome_same": replace(
        welcome(None, 17, node="w2", conn="c-0a44"), session_left_ms=86_400_000
    ),
    "welcome_with_features": replace(
        welcome(None, 17, node="w2", conn="c-0a44"),
        session_left_ms=86_400_000,
        features=("gifts", "substitutes"),
    ),
    "welcome_bad": welcome(SnapshotReason.BAD, 17),
    "welcome_epoch": welcome(SnapshotReason.EPOCH, 17),
    "welcome_future": welcome(SnapshotReason.FUTURE, 17),
    "welcome_fork": welcome(SnapshotReason.FORK, 17),
    "welcome_shared": replace(welcome(SnapshotReason.FIRST, 0), cart=ADA),
    "snapshot_empty": Snapshot("7c1d.0.0000000000000000", 0, ShownCart((), (), "", None, NOTHING)),
    "snapshot_with_tax_on_top": Snapshot("7c1d.1.63c0", 1, ShownCart((), (), "", None, TAXED)),
    "snapshot_of_every_state": Snapshot(
        "7c1d.42.0d9e51a7c3b2f480", 42, ShownCart(LINES, SAVED, NOTE, WELCOME10, COSTLY)
    ),
    "snapshot_shared": Snapshot(
        "7c1d.3.64c0",
        3,
        ShownCart(
            (BENS_APPLES,),
            (SUGGESTED_HONEY,),
            "",
            None,
            totals(4, 880, 0, 350, 1230),
            (SUGGESTED_HONEY,),
        ),
    ),
    "patch_set": changed(
        Kind.SET_LINE, "51c0", {APPLES: FOUR_APPLES}, totals(10, 2440, 244, 350, 2546)
    ),
    "patch_add_from_another_tab": replace(
        changed(
            Kind.ADD_LINE,
            "52c0",
            {HONEY: replace(HONEY_JAR, pos=10)},
            totals(11, 2935, 0, 350, 3285),
            tab=TabId(OTHER),
            outbox=ANOTHER,
            n=3,
        ),
        prev=43,
        rev=44,
        at="7c1d.44.52c0",
    ),
    "patch_remove": changed(Kind.SET_LINE, "53c0", {MILK: None}, totals(7, 1900, 0, 350, 2250)),
    "patch_remove_last": changed(Kind.SET_LINE, "54c0", {APPLES: None}, NOTHING),
    "patch_accept": changed(
        Kind.ACCEPT_LINE,
        "55c0",
        {MILK: replace(TWO_MILK, agreed=Money(160), state=LineState.OK)},
        totals(5, 980, 0, 350, 1330),
    ),
    "patch_save": changed(Kind.SAVE_LINE, "56c0", {MILK: None}, PLAIN, saved={MILK: TWO_MILK}),
    "patch_unsave": changed(
        Kind.UNSAVE_LINE,
        "57c0",
        {HONEY: replace(HONEY_JAR, pos=11)},
        totals(4, 1155, 0, 350, 1505),
        saved={HONEY: None},
    ),
    "patch_discard": changed(Kind.DISCARD_LINE, "61c0", {}, PLAIN, saved={HONEY: None}),
    "patch_with_a_line_whose_price_moved": changed(
        Kind.SET_LINE,
        "58c0",
        {APPLES: FOUR_APPLES, MILK: replace(TWO_MILK, price=Money(170))},
        totals(6, 1220, 0, 350, 1570),
    ),
    "patch_with_tax_on_top": changed(Kind.SET_LINE, "62c0", {APPLES: FOUR_APPLES}, TAXED),
    "patch_note": replace(changed(Kind.SET_NOTE, "59c0", {}, PLAIN), note=NOTE),
    "patch_voucher": replace(
        changed(Kind.SET_VOUCHER, "5ac0", {}, totals(3, 660, 66, 350, 944)), voucher=WELCOME10
    ),
    "patch_voucher_off": replace(changed(Kind.SET_VOUCHER, "5bc0", {}, PLAIN), voucher=None),
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
    "patch_suggested": PatchMessage(
        42,
        43,
        "7c1d.43.65c0",
        (By(TAB, OUTBOX, 19, Kind.SUGGEST_LINE, CLEO),),
        {APPLES: BENS_APPLES},
        PLAIN,
        {HONEY: SUGGESTED_HONEY},
        suggested={HONEY: SUGGESTED_HONEY},
    ),
    "ok": Ok(18, 42),
    "ok_clamped": Ok(18, 42, Clamped(APPLES, 9, 5)),
    "no_bad_op": refusal(Code.BAD_OP),
    "no_unknown_sku": refusal(Code.UNKNOWN_SKU, "ghost"),
    "no_gone": refusal(Code.GONE, "Mango"),
    "no_not_in_cart": refusal(Code.NOT_IN_CART, "Whole milk"),
    "no_line_limit": refusal(Code.LINE_LIMIT, "Whole milk", "100"),
    "no_qty_limit": refusal(Code.QTY_LIMIT, "Gala apples", "99"),
    "no_sold_out": refusal(Code.SOLD_OUT, "Gala apples"),
    "no_price_moved": refusal(Code.PRICE_MOVED, "Whole milk"),
    "no_moved": refusal(Code.MOVED),
    "no_nothing_to_undo": refusal(Code.NOTHING_TO_UNDO),
    "no_bad_voucher": refusal(Code.BAD_VOUCHER),
    "no_too_many_tries": refusal(Code.TOO_MANY_TRIES),
    "no_expired": refusal(Code.EXPIRED),
    "no_not_allowed": refusal(Code.NOT_ALLOWED),
    "no_suggested": refusal(Code.SUGGESTED, "Gala apples"),
    "no_recorded_as_a_sentence": No(19, Code.SOLD_OUT, (), 42, "Gala apples are sold out."),
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
        {APPLES: replace(THREE_APPLES, price=Money(240), stock=5, state=LineState.PRICE_RISE)},
        totals=totals(3, 720, 0, 350, 1070),
    ),
    "prices_of_held_lines": Prices(
        (Item(APPLES, Money(220), 5, 4),),
        {APPLES: replace(THREE_APPLES, stock=4, hold=HoldState.NONE, others=1, limited=True)},
        totals=totals(3, 660, 0, 350, 1010),
    ),
    "prices_of_promoted_lines": Prices(
        (Item(APPLES, Money(220), None, deal="3 for 2"),),
        {APPLES: PROMOTED_APPLES},
        totals=totals(3, 660, 220, 350, 790),
    ),
    "patch_of_promoted_lines": PatchMessage(
        42,
        43,
        "7c1d.43.5fc1",
        (By(TAB, OUTBOX, 19, Kind.SET_LINE),),
        {APPLES: PROMOTED_APPLES},
        totals(3, 660, 220, 350, 790),
    ),
    "snapshot_of_promoted_lines": Snapshot(
        "7c1d.43.5fc1",
        43,
        ShownCart((PROMOTED_APPLES,), (), "", None, totals(3, 660, 220, 350, 790)),
    ),
    "patch_of_held_lines": PatchMessage(
        42,
        43,
        "7c1d.43.5fc1",
        (By(TAB, OUTBOX, 19, Kind.SET_LINE),),
        {APPLES: replace(THREE_APPLES, hold=HoldState.PART, others=0, limited=True)},
        totals(3, 660, 0, 350, 1010),
    ),
    "snapshot_of_a_hold_that_ended": Snapshot(
        "7c1d.43.5fc1",
        43,
        ShownCart(
            (
                replace(
                    THREE_APPLES, stock=1, state=LineState.SHORT, hold=HoldState.ENDED, others=4
                ),
                replace(HONEY_JAR, hold=HoldState.NONE, others=0, limited=True),
            ),
            (),
            "",
            None,
            totals(3, 660, 0, 350, 1010),
        ),
    ),
    "prices_with_tax_on_top": Prices((Item(APPLES, Money(240), 5),), totals=TAXED),
    "prices_of_saved": Prices(
        (Item(HONEY, Money(450), None),),
        saved={HONEY: replace(HONEY_JAR, price=Money(450))},
    ),
    "prices_of_suggested": Prices(
        (),
        {APPLES: BENS_APPLES},
        {HONEY: SUGGESTED_HONEY},
        totals=totals(4, 880, 0, 350, 1230),
        suggested={HONEY: SUGGESTED_HONEY},
    ),
    "prices_after_welcome_same": Prices(
        (),
        {each.sku: each for each in LINES},
        {each.sku: each for each in SAVED},
        WELCOME10,
        COSTLY,
    ),
    "patch_of_a_commit": PatchMessage(
        42,
        45,
        "7c1d.45.5fc0",
        (
            By(TAB, OUTBOX, 19, Kind.SET_LINE),
            By(TAB, OUTBOX, 20, Kind.SET_LINE),
            By(TabId(OTHER), ANOTHER, 3, Kind.ADD_LINE),
        ),
        {APPLES: FOUR_APPLES, MILK: None, HONEY: replace(HONEY_JAR, pos=10)},
        totals(5, 1375, 0, 350, 1725),
    ),
    "patch_order": PatchMessage(
        42,
        43,
        "7c1d.43.5ec0",
        (BY_ORDER,),
        {APPLES: None},
        NOTHING,
        note="",
        voucher=None,
    ),
    "order_placed": OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PLACED),
    "order_packed": OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PACKED),
    "tabs": Tabs(2),
    "household": HouseholdMessage(
        (
            Person(ADA, "Ada", ()),
            Person(BEN, "Ben", (Device.COMPUTER, Device.PHONE), Role.EDIT),
            Person(CLEO, "Cleo", (Device.TABLET,), Role.SUGGEST),
        ),
        shares_saved=True,
    ),
    "help_waiting": HelpMessage("waiting"),
    "help_on": HelpMessage("on", CLEO, "Sam"),
    "help_over": HelpMessage("over", CLEO, "Sam", HelpEnd.STAFF),
    "offer": Offer(APPLES, "Gala apples", "1 kg", Money(275), 299_500),
    "offer_over": Offer(APPLES, "Gala apples", "1 kg", Money(275), 0),
    "pong": Pong(7),
    "hb": Heartbeat(),
    "auth": Auth(120_000),
    "drain": Drain(340, 10_000),
}
