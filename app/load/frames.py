"""Decoding frames for the checks, independently of the client, which is checked too."""

from typing import Final

from msgspec import Struct
from msgspec.json import Decoder

from app.client.decode import Answer, answer_of
from app.domain.verdicts import Ok
from app.load.model import NOTE, Contents, SentOp
from app.protocol.messages import Refusal

HELD: Final = "held"


class By(Struct, frozen=True):
    """The op that made a revision; an order has only `k`.

    `account` is the member of the household who did it, empty for the cart's owner.
    """

    k: str
    outbox: str | None = None
    n: int | None = None
    account: str = ""


class Line(Struct, frozen=True):
    """A line of a patch; `hold` says whether its units are held, of which there are `stock`.

    `by` is the member who put it at `pos`, empty for the cart's owner.
    """

    qty: int
    pos: int = 0
    by: str = ""
    stock: int | None = None
    hold: str = ""

    @property
    def is_held_in_vain(self) -> bool:
        """Say whether it is called held while there are fewer units than it has."""
        return self.hold == HELD and self.stock is not None and self.stock < self.qty


class Frame(Struct, frozen=True):
    """The fields of the server's messages that the checks need."""

    t: str
    n: int = 0
    rev: int = -1
    prev: int = -1
    account: str = ""
    mode: str = ""
    last: int = 0
    verdicts: tuple[Ok | Refusal, ...] = ()
    by: tuple[By, ...] = ()
    lines: dict[str, Line | None] = {}
    saved: dict[str, Line | None] = {}
    suggested: dict[str, Line | None] = {}
    note: str | None = None

    @property
    def contents(self) -> Contents:
        """The contents of a patch, by the model's keys; 0 for what it removes."""
        lines: Contents = {("line", sku): _qty(line) for sku, line in self.lines.items()}
        saved: Contents = {("saved", sku): _qty(line) for sku, line in self.saved.items()}
        suggested: Contents = {("suggested", sku): _qty(one) for sku, one in self.suggested.items()}
        note: Contents = {} if self.note is None else {NOTE: self.note}
        return {**lines, **saved, **suggested, **note}


class HelloFields(Struct, frozen=True):
    """The fields of a tab's hello that the checks need."""

    outbox: str
    at: str | None = None

    @property
    def rev(self) -> int:
        """The revision of the tab's position; -1 if it has none."""
        return int(self.at.split(".")[1]) if self.at else -1


def _qty(line: Line | None) -> int:
    return line.qty if line else 0


OP: Final = '{"t":"op",'
HELLO: Final = '{"t":"hello",'

decode_frame: Final = Decoder(Frame).decode
decode_op: Final = Decoder(SentOp).decode
decode_hello: Final = Decoder(HelloFields).decode

_verdict: Decoder[Ok | Refusal] = Decoder(Ok | Refusal)


def decode_verdict(frame: bytes) -> Answer:
    """Return the answer to an op that *frame* has."""
    return answer_of(_verdict.decode(frame))
