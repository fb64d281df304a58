"""Decoding frames for the checks, independently of the client, which is checked too."""

from typing import Final

from msgspec import Raw, Struct
from msgspec.json import Decoder

from app.client.messages import NoMessage, OkMessage
from app.load.model import SentOp


class By(Struct, frozen=True):
    """The op that made a patch; empty if an order did."""

    outbox: str | None = None
    n: int | None = None


class Frame(Struct, frozen=True):
    """The fields of the server's messages that the checks need."""

    t: str
    n: int = 0
    rev: int = -1
    prev: int = -1
    account: str = ""
    mode: str = ""
    last: int = 0
    verdicts: tuple[OkMessage | NoMessage, ...] = ()
    by: By | None = None
    lines: dict[str, Raw] = {}


class HelloFields(Struct, frozen=True):
    """The fields of a tab's hello that the checks need."""

    outbox: str
    at: str | None = None

    @property
    def rev(self) -> int:
        """The revision of the tab's position; -1 if it has none."""
        return int(self.at.split(".")[1]) if self.at else -1


VerdictMessage = OkMessage | NoMessage

OP: Final = '{"t":"op",'
HELLO: Final = '{"t":"hello",'

decode_frame: Final = Decoder(Frame).decode
decode_op: Final = Decoder(SentOp).decode
decode_hello: Final = Decoder(HelloFields).decode

_verdict: Decoder[VerdictMessage] = Decoder(VerdictMessage)
decode_verdict: Final = _verdict.decode
