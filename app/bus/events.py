"""What one server tells the others. News may be lost, late, doubled or out of order.

So none of it is the truth: whoever hears that a cart moved, reads it.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from app.domain.cart import AccountId, Patch
from app.domain.ops import Kind
from app.domain.outbox import OutboxId
from app.domain.sessions import Session, SessionHash
from app.protocol.messages import BY_ORDER, By, OrderMoved, TabId


class CartChange(Struct, frozen=True, array_like=True):
    """A change of a cart: what it does, the tab and the op's name, and the order that it made."""

    patch: Patch
    tab: TabId | None
    outbox: OutboxId | None
    n: int | None
    kind: str
    order: OrderMoved | None

    @property
    def by(self) -> By:
        """Return who asked for it."""
        if self.kind == BY_ORDER.kind:
            return BY_ORDER
        return By(self.tab, self.outbox, self.n, Kind(self.kind))


class CartCommitted(Struct, frozen=True, array_like=True, tag="moved"):
    """A cart was saved under `version`; `made` is what was done to it since the last one."""

    account: AccountId
    version: int
    made: Sequence[CartChange]


class TabsChanged(Struct, frozen=True, array_like=True, tag="tabs"):
    """So many tabs look at a cart."""

    account: AccountId
    tabs: int


class CatalogChanged(Struct, frozen=True, array_like=True, tag="shelf"):
    """Something on the shelf was moved."""


class SessionEnded(Struct, frozen=True, array_like=True, tag="ended"):
    """A login has ended."""

    id_hash: SessionHash
    why: str


class SessionRenewed(Struct, frozen=True, array_like=True, tag="renewed"):
    """A session took the place of a login."""

    id_hash: SessionHash
    session: Session


Event = CartCommitted | TabsChanged | CatalogChanged | SessionEnded | SessionRenewed


class _Told(Struct, frozen=True, array_like=True):
    node: str
    event: Event


class BadEvent(Exception):
    """What was heard is nothing that a server of this version says."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Told).decode


def encode_event(node: str, event: Event) -> bytes:
    """Return *event* as *node* tells it."""
    return _encode(_Told(node, event))


def decode_event(text: bytes) -> tuple[str, Event]:
    """Return who tells what; or raise `BadEvent`, as between two versions of the shop."""
    try:
        told = _decode(text)
    except msgspec.DecodeError as error:
        raise BadEvent(str(error)) from error
    return told.node, told.event
