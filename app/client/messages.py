"""The server's messages, one class each (protocol.md §4)."""

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType, field

from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku, VoucherCode
from app.domain.limits import Limits
from app.domain.outbox import OutboxId
from app.domain.position import SnapshotReason
from app.domain.totals import LineState, Totals
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater, Verdict
from app.domain.vouchers import VoucherState
from app.protocol.messages import TabId


class Line(Struct, frozen=True, gc=False):
    """A line of a cart; `stock` is `None` if there are more than ten."""

    sku: Sku
    pos: int
    qty: int
    agreed: Money
    price: Money
    stock: int | None
    state: LineState
    name: str
    unit: str
    slug: str
    image: str


class Voucher(Struct, frozen=True, gc=False):
    """The voucher on a cart, and whether it applies."""

    code: VoucherCode
    label: str
    state: VoucherState


LineChanges = dict[Sku, Line | None]
"""Changed lines by SKU; `None`: the line is removed."""


class CartContent(Struct, frozen=True):
    """The contents of a cart."""

    lines: tuple[Line, ...]
    saved: tuple[Line, ...]
    note: str
    voucher: Voucher | None
    totals: Totals


class Snapshot(Struct, frozen=True, tag_field="t", tag="snapshot"):
    """The whole cart; also the body of `GET /api/cart`."""

    at: str
    rev: int
    cart: CartContent


class By(Struct, frozen=True, gc=False):
    """The op or order that made a change; no `tab` for an op over HTTP, only `k` for an order."""

    k: str
    tab: TabId | None = None
    outbox: OutboxId | None = None
    n: int | None = None


class Patch(Struct, frozen=True, tag_field="t", tag="patch"):
    """A committed change, from revision `prev` to `rev`."""

    prev: int
    rev: int
    at: str
    by: By
    lines: LineChanges
    totals: Totals
    saved: LineChanges = field(default_factory=dict)
    note: str | None = None
    voucher: Voucher | UnsetType | None = UNSET


class Item(Struct, frozen=True, gc=False):
    """Price and stock of a watched product; `stock` is `None` if there are more than ten."""

    sku: Sku
    price: Money
    stock: int | None


class Prices(Struct, frozen=True, tag_field="t", tag="prices"):
    """Prices or stock changed; all fields but `items` are about the cart, if it is affected."""

    items: tuple[Item, ...]
    lines: dict[Sku, Line] = field(default_factory=dict)
    saved: dict[Sku, Line] = field(default_factory=dict)
    voucher: Voucher | UnsetType | None = UNSET
    totals: Totals | None = None


class ClampWarning(Struct, frozen=True, gc=False):
    """The quantity `asked` was reduced to `got`, because stock was short."""

    code: Literal["clamped"]
    sku: Sku
    asked: int
    got: int


class OkMessage(Struct, frozen=True, tag_field="t", tag="ok"):
    """An accepted op."""

    n: int
    rev: int
    warn: ClampWarning | None = None

    @property
    def verdict(self) -> Ok:
        """The same as a value of the domain."""
        warn = self.warn
        return Ok(self.n, self.rev, Clamped(warn.sku, warn.asked, warn.got) if warn else None)


_FINAL: Final = frozenset(Code)
_RETRYABLE: Final = frozenset(RetryCode)


class NoMessage(Struct, frozen=True, gc=False, tag_field="t", tag="no"):
    """An op that was refused for good (with `rev`), or not now (with `retry_ms`)."""

    n: int
    code: str
    text: str = ""
    rev: int = -1
    retry_ms: int = -1

    def __post_init__(self) -> None:
        """Raise ValueError for an unknown code, or one without its field."""
        if self.code in _FINAL and self.rev >= 0:
            return
        if self.code not in _RETRYABLE or self.retry_ms < 0:
            raise ValueError("neither a refusal nor a request to retry")

    @property
    def verdict(self) -> No | RetryLater:
        """The same as a value of the domain."""
        if self.retry_ms < 0:
            return No(self.n, Code(self.code), (), self.rev, self.text)
        return RetryLater(self.n, RetryCode(self.code), self.retry_ms)


class Need(Struct, frozen=True, gc=False, tag_field="t", tag="need"):
    """The server misses ops from `n` on: send them again."""

    n: int


class Welcome(Struct, frozen=True, tag_field="t", tag="welcome"):
    """The answer to hello: verdicts the tab missed, and whether its cart is current.

    `last` is the newest op of the outbox that the server knows. A snapshot or prices follow.
    """

    v: int
    account: AccountId
    node: str
    conn: str
    mode: Literal["snapshot", "same"]
    last: int
    raw_verdicts: tuple[OkMessage | NoMessage, ...] = field(name="verdicts")
    hb_ms: int
    session_left_ms: int
    limits: Limits
    why: SnapshotReason | None = None

    @property
    def verdicts(self) -> list[Verdict]:
        """The final verdicts, oldest first."""
        verdicts = (one.verdict for one in self.raw_verdicts)
        return [verdict for verdict in verdicts if not isinstance(verdict, RetryLater)]


class OpsResponse(Struct, frozen=True):
    """The body of the response to `POST /api/cart/ops`; `at` and `rev` are the cart's."""

    raw_verdicts: tuple[OkMessage | NoMessage | Need, ...] = field(name="verdicts")
    at: str
    rev: int

    @property
    def verdicts(self) -> list[Ok | No | RetryLater | Need]:
        """The verdicts in the order of the ops; after `RetryLater` or `Need` there are no more."""
        return [one if isinstance(one, Need) else one.verdict for one in self.raw_verdicts]


class Tabs(Struct, frozen=True, gc=False, tag_field="t", tag="tabs"):
    """The number of connected tabs of the account."""

    n: int


class Order(Struct, frozen=True, gc=False, tag_field="t", tag="order"):
    """An order was placed, or its state changed."""

    number: str
    state: str


class Auth(Struct, frozen=True, gc=False, tag_field="t", tag="auth"):
    """The remaining time of the login."""

    session_left_ms: int


class Drain(Struct, frozen=True, gc=False, tag_field="t", tag="drain"):
    """The server is about to restart: open a new websocket before this one is closed."""

    open_after_ms: int
    close_in_ms: int


class Pong(Struct, frozen=True, gc=False, tag_field="t", tag="pong"):
    """The answer to a ping."""

    id: int


class Heartbeat(Struct, frozen=True, gc=False, tag_field="t", tag="hb"):
    """A heartbeat: the connection is alive."""


class UnknownMessage(Struct, frozen=True, gc=False):
    """A message of an unknown type, which is ignored."""

    t: str
