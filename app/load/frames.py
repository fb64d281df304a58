"""Frames as the checks read them: without the client, which is checked as well."""

from typing import Final

from msgspec import Raw, Struct
from msgspec.json import Decoder

from app.client.messages import NoMessage, OkMessage
from app.load.model import SentOp


class By(Struct, frozen=True):
    """Which op a patch says it comes of; an order is none."""

    outbox: str | None = None
    n: int | None = None


class Frame(Struct, frozen=True):
    """All that the checks need of whatever the shop says."""

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


class Greeting(Struct, frozen=True):
    """What a tab says that matters to the checks: its hello."""

    outbox: str
    at: str | None = None

    @property
    def rev(self) -> int:
        """Return the revision that the tab says it holds; -1 for none."""
        return int(self.at.split(".")[1]) if self.at else -1


Said = OkMessage | NoMessage

OP: Final = '{"t":"op",'
HELLO: Final = '{"t":"hello",'

read_frame: Final = Decoder(Frame).decode
read_wish: Final = Decoder(SentOp).decode
read_greeting: Final = Decoder(Greeting).decode

_said: Decoder[Said] = Decoder(Said)
read_said: Final = _said.decode
