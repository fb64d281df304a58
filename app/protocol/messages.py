"""The messages that the server sends, each described here (protocol.md §4)."""

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
    """The value of a voucher field that is left out: the voucher did not change."""

    UNTOUCHED = "untouched"


UNTOUCHED = Untouched.UNTOUCHED

ShownChanges = Mapping[Sku, ShownLine | None]


class Welcome(NamedTuple):
    """The answer to a hello: what became of the tab's outbox, and what follows right after.

    `last` is the newest number of the outbox that has a verdict, `verdicts` are those that the
    tab missed. `why` is the reason that a snapshot follows; `None`: the tab's cart is current,
    and prices follow. Durations are in milliseconds.
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
    """The whole cart, at position `at`."""

    at: str
    rev: int
    cart: ShownCart


class By(NamedTuple):
    """The op that made a change, and the tab that sent it (`None`: HTTP)."""

    tab: TabId | None
    outbox: OutboxId | None
    n: int | None
    kind: Kind | Literal["order"]


BY_ORDER: Final = By(None, None, None, "order")
"""The cart was emptied by an order, not by an op."""


class PatchMessage(NamedTuple):
    """One committed change (`patch`), in whole lines; `None` removes a line."""

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
    """Today's price of a product, and its stock (`None`: more than ten)."""

    sku: Sku
    price: Money
    stock: int | None


class Prices(NamedTuple):
    """Prices or stock changed; `totals` only if the cart's changed with them."""

    items: tuple[Item, ...]
    lines: Mapping[Sku, ShownLine] = {}
    saved: Mapping[Sku, ShownLine] = {}
    voucher: ShownVoucher | Untouched | None = UNTOUCHED
    totals: Totals | None = None


class Need(NamedTuple):
    """Ops from number `n` on are missing: the client has to send them."""

    n: int


class Tabs(NamedTuple):
    """So many tabs of the account are connected."""

    n: int


class OrderMoved(NamedTuple):
    """An order was placed, or is in another state now."""

    number: OrderNumber
    state: OrderState


class Auth(NamedTuple):
    """How long the login still lasts."""

    session_left_ms: int


class Drain(NamedTuple):
    """The server restarts: the client opens a new socket after a delay, then this one closes."""

    open_after_ms: int
    close_in_ms: int


class Pong(NamedTuple):
    """The answer to a ping."""

    id: int


class Heartbeat(NamedTuple):
    """Sent after a silence, so that the client knows that the connection is alive."""


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
