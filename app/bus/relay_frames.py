"""What two nodes send each other about a relayed websocket, as MessagePack.

The *edge* is the node that accepted the websocket, the *owner* the one that owns the cart and
serves it. `relay` names the websocket.
"""

import msgspec
from msgspec import Struct

from app.bus.events import BadEvent
from app.domain.accounts import AccountId
from app.domain.devices import Device
from app.domain.languages import ENGLISH, Language
from app.domain.members import OWNER
from app.domain.sessions import SessionHash

# From the edge to the owner


class Open(Struct, frozen=True, array_like=True, tag=0):
    """A websocket was opened, with this login; answered by `Accepted` or `Declined`.

    `member_of` is the owner of its cart, empty for the own one. An older node leaves out what it
    does not know, and ignores it.
    """

    relay: str
    account: AccountId
    login: SessionHash
    address: str
    language: Language = ENGLISH
    member_of: AccountId = OWNER
    device: Device = Device.COMPUTER


class Text(Struct, frozen=True, array_like=True, tag=1):
    """A text came from the client."""

    relay: str
    data: bytes


class Binary(Struct, frozen=True, array_like=True, tag=2):
    """A binary message came from the client."""

    relay: str


class Broken(Struct, frozen=True, array_like=True, tag=3):
    """The client broke the websocket protocol."""

    relay: str
    code: int
    reason: str


class Written(Struct, frozen=True, array_like=True, tag=4):
    """So many more bytes of `Texts` have been read by the client, as far as is known."""

    relay: str
    size: int


class Ended(Struct, frozen=True, array_like=True, tag=5):
    """The websocket is closed, with this code of the client or 1006."""

    relay: str
    code: int


class HandOver(Struct, frozen=True, array_like=True, tag=6):
    """A request to hand a cart over; answered by `HandedOver`."""

    account: AccountId


# From the owner to the edge


class Accepted(Struct, frozen=True, array_like=True, tag=7):
    """The websocket is served."""

    relay: str


class Declined(Struct, frozen=True, array_like=True, tag=8):
    """The websocket is not served here: the cart is owned elsewhere, or about to be."""

    relay: str


class Texts(Struct, frozen=True, array_like=True, tag=9):
    """Texts for the client, to be sent in one write."""

    relay: str
    texts: list[bytes]


class Read(Struct, frozen=True, array_like=True, tag=10):
    """So many more frames of the client were handled."""

    relay: str
    frames: int


class Close(Struct, frozen=True, array_like=True, tag=11):
    """The websocket is to be closed with this code."""

    relay: str
    code: int
    reason: str


class HandedOver(Struct, frozen=True, array_like=True, tag=12):
    """All that was told of a cart is saved, and its lease is released."""

    account: AccountId


# From the node that a request came to, to the edge


class SentBeside(Struct, frozen=True, array_like=True, tag=13):
    """Texts that the client of the event stream *relay* sent in a request of its own."""

    relay: str
    texts: list[bytes]


# From any node to the one that published a barrier


class Passed(Struct, frozen=True, array_like=True, tag=14):
    """What came before a barrier is applied here, and where the websockets are that it closed."""

    number: int


ToOwner = Open | Text | Binary | Broken | Written | Ended | HandOver
ToEdge = Accepted | Declined | Texts | Read | Close | HandedOver
Frame = ToOwner | ToEdge | SentBeside | Passed


class Batch(Struct, frozen=True, array_like=True):
    """All that `node` sent to this node at once; `number` counts its batches for this node."""

    node: str
    number: int
    frames: list[Frame]


encode_batch = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Batch).decode


def decode_batch(data: bytes) -> Batch:
    """Return the batch in *data*; raises `BadEvent`."""
    try:
        return _decode(data)
    except msgspec.DecodeError as error:
        raise BadEvent(str(error)) from error
