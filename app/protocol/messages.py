"""Everything that a tab can be told about its cart."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal, NamedTuple, NewType

from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku
from app.domain.limits import Limits
from app.domain.ops import Kind
from app.domain.orders import OrderNumber, OrderState
from app.domain.outbox import OutboxId
from app.domain.position import SnapshotReason
from app.domain.totals import ShownCart, ShownLine, Totals
from app.domain.verdicts import No, Ok, RetryLater, Verdict
from app.domain.vouchers import ShownVoucher

TabId = NewType("TabId", str)


class Untouched(Enum):
    """Stands where a voucher was neither put on, nor taken off, nor changed its state."""

    UNTOUCHED = "untouched"


UNTOUCHED = Untouched.UNTOUCHED

ShownChanges = Mapping[Sku, ShownLine | None]


class Welcome(NamedTuple):
    """What became of a tab's outbox while it was away, and what follows right after.

    `last` is the newest number of the outbox that has a verdict, `verdicts` are those that the
    tab missed. `why` says why a snapshot follows; `None`: its cart is current, prices follow.
    """

    account: AccountId
    node: str
    connection: str
    why: SnapshotReason | None
    last: int
    verdicts: tuple[Verdict, ...]
    heartbeat_ms: int
    session_left_ms: int
    limits: Limits


class Snapshot(NamedTuple):
    """The whole cart."""

    at: str
    rev: int
    cart: ShownCart


class By(NamedTuple):
    """Who asked for a change: the op's name, and the tab it came from (`None`: over HTTP)."""

    tab: TabId | None
    outbox: OutboxId | None
    n: int | None
    kind: Kind | Literal["order"]


BY_ORDER: Final = By(None, None, None, "order")
"""An order empties the cart, and no op."""


class PatchMessage(NamedTuple):
    """One committed change, in whole lines; `None` for a line removes it."""

    prev: int
    rev: int
    at: str
    by: By
    lines: ShownChanges
    saved: ShownChanges
    note: str | None
    voucher: ShownVoucher | Untouched | None
    totals: Totals


class Item(NamedTuple):
    """Today's price of a product, and how many can be had (`None`: more than ten)."""

    sku: Sku
    price: Money
    stock: int | None


class Prices(NamedTuple):
    """Prices or stock moved; without totals it touches nothing that has to be paid for."""

    items: tuple[Item, ...]
    lines: Mapping[Sku, ShownLine] = {}
    saved: Mapping[Sku, ShownLine] = {}
    voucher: ShownVoucher | Untouched | None = UNTOUCHED
    totals: Totals | None = None


class Need(NamedTuple):
    """Ops from number `n` on are missing."""

    n: int


class Tabs(NamedTuple):
    """So many tabs of the account are connected."""

    n: int


class OrderMoved(NamedTuple):
    """An order was placed, or is in another state now."""

    number: OrderNumber
    state: OrderState


class Auth(NamedTuple):
    """How long the login lasts."""

    session_left_ms: int


class Drain(NamedTuple):
    """The server is about to restart: open a new socket after a while, this one closes soon."""

    open_after_ms: int
    close_in_ms: int


class Pong(NamedTuple):
    """The answer to a ping."""

    id: int


class Heartbeat(NamedTuple):
    """Nothing happened, and the line is alive."""


ServerMessage = (
    Welcome
    | Snapshot
    | PatchMessage
    | Ok
    | No
    | RetryLater
    | Need
    | Prices
    | Tabs
    | OrderMoved
    | Auth
    | Drain
    | Pong
    | Heartbeat
)
