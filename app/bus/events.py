"""The events that servers publish to each other, as JSON.

Events may be lost, late, duplicated or out of order. So no server relies on one: a cart whose
version has a gap is read from the database.
"""

import msgspec
from msgspec import Struct

from app.domain.accounts import AccountId
from app.domain.members import NOBODY, People
from app.domain.sessions import Session, SessionHash
from app.protocol.changes import CommittedChange


class CartCommitted(Struct, frozen=True, array_like=True, tag="committed"):
    """A cart was saved as `version`, and what that changed, if anything.

    Older versions published this as `moved`, which is unknown here: the cart is read then.
    """

    account: AccountId
    version: int
    change: CommittedChange | None


class TabsChanged(Struct, frozen=True, array_like=True, tag="tabs"):
    """The number of tabs that show a cart on the server that publishes this.

    In a household, `people` are whose those are; a server of an older version leaves them out.
    """

    account: AccountId
    tabs: int
    people: People = NOBODY


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


class VisitsEnded(Struct, frozen=True, array_like=True, tag="visits"):
    """The cart of `owner` is shown to nobody else now."""

    owner: AccountId


class Barrier(Struct, frozen=True, array_like=True, tag="barrier"):
    """All nodes are to apply what came before, and then to answer with `Passed`.

    Of `cart`, if it is given, they apply whatever is saved.
    """

    number: int
    cart: AccountId | None = None


Event = (
    CartCommitted
    | TabsChanged
    | CatalogChanged
    | SessionEnded
    | SessionRenewed
    | VisitsEnded
    | Barrier
)


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
