"""The events that servers publish to each other, as JSON.

Events may be lost, late, duplicated or out of order. So no server relies on one: a cart whose
version has a gap is read from the database.
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
    """A change of a cart: its patch, the op and tab that made it, and the order it made, if any."""

    patch: Patch
    tab: TabId | None
    outbox: OutboxId | None
    n: int | None
    kind: str
    order: OrderMoved | None

    @property
    def by(self) -> By:
        """Return the op or order that made the change, as patches name it."""
        if self.kind == BY_ORDER.kind:
            return BY_ORDER
        return By(self.tab, self.outbox, self.n, Kind(self.kind))


class CartCommitted(Struct, frozen=True, array_like=True, tag="moved"):
    """A cart was saved as `version`; `made` are its changes since the version before."""

    account: AccountId
    version: int
    made: Sequence[CartChange]


class TabsChanged(Struct, frozen=True, array_like=True, tag="tabs"):
    """The number of tabs that show a cart on the server that publishes this."""

    account: AccountId
    tabs: int


class CatalogChanged(Struct, frozen=True, array_like=True, tag="shelf"):
    """The catalogue changed."""


class SessionEnded(Struct, frozen=True, array_like=True, tag="ended"):
    """A login ended."""

    id_hash: SessionHash
    why: str


class SessionRenewed(Struct, frozen=True, array_like=True, tag="renewed"):
    """A login was replaced by `session`."""

    id_hash: SessionHash
    session: Session


Event = CartCommitted | TabsChanged | CatalogChanged | SessionEnded | SessionRenewed


class _Envelope(Struct, frozen=True, array_like=True):
    node: str
    event: Event


class BadEvent(Exception):
    """A message is no event of this version of the shop."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Envelope).decode


def encode_event(node: str, event: Event) -> bytes:
    """Return the message in which *node* publishes *event*."""
    return _encode(_Envelope(node, event))


def decode_event(text: bytes) -> tuple[str, Event]:
    """Return the publishing node and its event; raises `BadEvent`."""
    try:
        envelope = _decode(text)
    except msgspec.DecodeError as error:
        raise BadEvent(str(error)) from error
    return envelope.node, envelope.event
