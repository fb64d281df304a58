"""The messages that the server sends, each described here, once (protocol.md §4).

A message is a Struct with the names of the wire; `encode` and the Python client's decoder follow
from it, and so does the AsyncAPI document. `Ok`, `Offer` and the shown values are the domain's.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, NewType

from msgspec import UNSET, Meta, Struct, UnsetType

from app.domain.accounts import AccountId
from app.domain.catalog import Money, Sku
from app.domain.currency import NO_CURRENCY
from app.domain.devices import Device
from app.domain.help import HelpEnd
from app.domain.limits import Limits
from app.domain.members import Role
from app.domain.ops import Kind
from app.domain.orders import OrderNumber, OrderState
from app.domain.outbox import OutboxId
from app.domain.position import SnapshotReason
from app.domain.totals import ShownCart, ShownLine, Totals
from app.domain.verdicts import Code, No, Ok, RetryCode, RetryLater
from app.domain.vouchers import ShownVoucher
from app.domain.waitlist import Offer

VERSION: Final = 2
FEATURES: Final[tuple[str, ...]] = ("languages", "decimals", "holds", "household", "offers", "help")
"""What this server has beyond version 2, by name (protocol.md §4, `welcome`)."""

TabId = NewType("TabId", str)

ShownChanges = Mapping[Sku, ShownLine | None]
Number = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]
RefusalCode = Annotated[str, Meta(extra_json_schema={"enum": [*Code, *RetryCode]})]
"""A `Code` or a `RetryCode`."""
ByKind = Annotated[str, Meta(extra_json_schema={"enum": [*Kind, "order", "household", "help"]})]
"""The `Kind` of an op, `order`, `household`, or `help`."""


class Refusal(Struct, frozen=True, gc=False, tag_field="t", tag="no"):
    """The op was refused, for good (`args`, `text`, `rev`) or for a while (`retry_ms`)."""

    n: Number
    code: RefusalCode
    args: tuple[str, ...] | UnsetType = UNSET
    text: str | UnsetType = UNSET
    rev: Count | UnsetType = UNSET
    retry_ms: Count | UnsetType = UNSET


class Welcome(
    Struct,
    frozen=True,
    gc=False,
    tag_field="t",
    tag="welcome",
    rename={"connection": "conn", "heartbeat_ms": "hb_ms"},
):
    """The answer to a hello: what became of the tab's outbox, and what follows right after.

    `last` is the newest number of the outbox that has a verdict, `verdicts` are those that the
    tab missed. With mode `snapshot`, `why` is the reason that one follows; with `same`, the tab's
    cart is current, and prices follow. Durations are in milliseconds. Amounts are whole numbers of
    minor units: with 2 `decimals`, 120 is 1.20. `cart` is the account of another one's cart.
    """

    account: AccountId
    node: str
    connection: str
    mode: Literal["snapshot", "same"]
    last: Count
    verdicts: tuple[Ok | Refusal, ...]
    heartbeat_ms: Count
    session_left_ms: int
    limits: Limits
    why: SnapshotReason | UnsetType = UNSET
    decimals: Count = NO_CURRENCY.decimals
    features: tuple[str, ...] = FEATURES
    v: int = VERSION
    cart: AccountId | UnsetType = UNSET


class Snapshot(Struct, frozen=True, gc=False, tag_field="t", tag="snapshot"):
    """The whole cart, at position `at`."""

    at: str
    rev: Count
    cart: ShownCart


class By(Struct, frozen=True, gc=False, rename={"kind": "k"}):
    """The op that made a revision, and the tab that sent it (`None`: HTTP).

    `account` is the member of the household who did; it is left out of what the owner did.
    """

    tab: TabId | None
    outbox: OutboxId | None
    n: Number | None
    kind: ByKind
    account: AccountId | UnsetType = UNSET


BY_ORDER: Final = By(None, None, None, "order")
"""The cart was emptied by an order."""
BY_HOUSEHOLD: Final = By(None, None, None, "household")
"""Lines came from the cart of somebody who has left the shop."""
BY_HELP: Final = By(None, None, None, "help")
"""A help by staff has ended, and what was not answered is gone."""


class PatchMessage(Struct, frozen=True, gc=False, tag_field="t", tag="patch"):
    """What a commit changed, in whole lines; `None` removes a line.

    It changes revision `prev`, and `by` has an entry for each revision from there to `rev`.
    """

    prev: Count
    rev: Number
    at: str
    by: tuple[By, ...]
    lines: ShownChanges
    totals: Totals
    saved: ShownChanges | UnsetType = UNSET
    note: str | UnsetType = UNSET
    voucher: ShownVoucher | UnsetType | None = UNSET
    suggested: ShownChanges | UnsetType = UNSET


class Item(Struct, frozen=True, gc=False):
    """Today's price and stock (`None`: more than ten); `held` and `deal` are unset for nothing."""

    sku: Sku
    price: Money
    stock: int | None
    held: Number | UnsetType = UNSET
    deal: str | UnsetType = UNSET


class Prices(Struct, frozen=True, gc=False, tag_field="t", tag="prices"):
    """Prices or stock changed; `totals` only if the cart's changed with them."""

    items: tuple[Item, ...]
    lines: Mapping[Sku, ShownLine] | UnsetType = UNSET
    saved: Mapping[Sku, ShownLine] | UnsetType = UNSET
    voucher: ShownVoucher | UnsetType | None = UNSET
    totals: Totals | UnsetType = UNSET
    suggested: Mapping[Sku, ShownLine] | UnsetType = UNSET


class Need(Struct, frozen=True, gc=False, tag_field="t", tag="need"):
    """Ops from number `n` on are missing: the client has to send them."""

    n: Number


class Tabs(Struct, frozen=True, gc=False, tag_field="t", tag="tabs"):
    """So many tabs of the account are connected."""

    n: Count


class Person(Struct, frozen=True, gc=False):
    """One of the household: `here` has the device of each tab that shows the cart just now.

    The owner is the one without a role.
    """

    account: AccountId
    name: str
    here: tuple[Device, ...]
    role: Role | UnsetType = UNSET


class HouseholdMessage(Struct, frozen=True, gc=False, tag_field="t", tag="household"):
    """Who shares the cart, and who is looking at it: the owner first, then by when they joined.

    `shares_saved`: the members see what the owner has saved for later.
    """

    people: tuple[Person, ...]
    shares_saved: bool


class HelpMessage(Struct, frozen=True, gc=False, tag_field="t", tag="help"):
    """Help by staff waits, goes on or is over: who of them sees the cart, and what ended it."""

    state: Literal["waiting", "on", "over"]
    helper: AccountId | UnsetType = UNSET
    name: str | UnsetType = UNSET
    why: HelpEnd | UnsetType = UNSET


class OrderMoved(Struct, frozen=True, gc=False, tag_field="t", tag="order"):
    """An order was placed, or is in another state now."""

    number: OrderNumber
    state: OrderState


class Auth(Struct, frozen=True, gc=False, tag_field="t", tag="auth"):
    """How long the login still lasts."""

    session_left_ms: int


class Drain(Struct, frozen=True, gc=False, tag_field="t", tag="drain"):
    """The server restarts: the client opens a new socket after a delay, then this one closes."""

    open_after_ms: Count
    close_in_ms: Count


class Pong(Struct, frozen=True, gc=False, tag_field="t", tag="pong"):
    """The answer to a ping."""

    id: int


class Heartbeat(Struct, frozen=True, gc=False, tag_field="t", tag="hb"):
    """Sent after a silence, so that the client knows that the connection is alive."""


WireMessage = (
    Welcome
    | Snapshot
    | PatchMessage
    | Ok
    | Refusal
    | Need
    | Prices
    | Tabs
    | HouseholdMessage
    | HelpMessage
    | Offer
    | OrderMoved
    | Auth
    | Drain
    | Pong
    | Heartbeat
)
"""What a client reads: one of these, by its `t`."""

ServerMessage = WireMessage | No | RetryLater
"""What the server sends; the domain's refusals go out as a `Refusal` (`encode`)."""
