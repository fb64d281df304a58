"""What the shop tells of a cart: all of it, or what has changed (protocol.md §4)."""

from msgspec import UNSET, Struct, UnsetType, field

from app.domain.catalog import Money, Sku, VoucherCode
from app.domain.outbox import OutboxId
from app.domain.totals import LineState, Totals
from app.domain.vouchers import VoucherState
from app.protocol.messages import TabId


class Line(Struct, frozen=True, gc=False):
    """A whole line; `stock` is `None` where there are more than ten."""

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
    """The voucher on a cart, and whether it counts."""

    code: VoucherCode
    label: str
    state: VoucherState


Changes = dict[Sku, Line | None]
"""Lines by SKU; `None`: the line is gone."""


class Content(Struct, frozen=True):
    """All that is in a cart."""

    lines: tuple[Line, ...]
    saved: tuple[Line, ...]
    note: str
    voucher: Voucher | None
    totals: Totals


class Snapshot(Struct, frozen=True, tag_field="t", tag="snapshot"):
    """The whole cart; `GET /api/cart` answers with the same fields."""

    at: str
    rev: int
    cart: Content


class By(Struct, frozen=True, gc=False):
    """Who asked for a change; an op over HTTP has no `tab`, an order nothing but its `k`."""

    k: str
    tab: TabId | None = None
    outbox: OutboxId | None = None
    n: int | None = None


class Patch(Struct, frozen=True, tag_field="t", tag="patch"):
    """One committed change, which makes revision `rev` of `prev`."""

    prev: int
    rev: int
    at: str
    by: By
    lines: Changes
    totals: Totals
    saved: Changes = field(default_factory=dict)
    note: str | None = None
    voucher: Voucher | UnsetType | None = UNSET


class Item(Struct, frozen=True, gc=False):
    """Today's price and stock of a watched product."""

    sku: Sku
    price: Money
    stock: int | None


class Prices(Struct, frozen=True, tag_field="t", tag="prices"):
    """Prices or stock moved; all but `items` only where it touches the cart."""

    items: tuple[Item, ...]
    lines: dict[Sku, Line] = field(default_factory=dict)
    saved: dict[Sku, Line] = field(default_factory=dict)
    voucher: Voucher | UnsetType | None = UNSET
    totals: Totals | None = None
