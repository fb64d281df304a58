"""What else the shop tells: verdicts, the welcome, and asides (protocol.md §4)."""

from typing import Final, Literal

from msgspec import Struct, field

from app.domain.cart import AccountId
from app.domain.catalog import Sku
from app.domain.limits import Limits
from app.domain.position import SnapshotReason
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater, Verdict


class SaidWarn(Struct, frozen=True, gc=False):
    """The line would have had `asked`, and has `got`."""

    code: Literal["clamped"]
    sku: Sku
    asked: int
    got: int


class SaidOk(Struct, frozen=True, tag_field="t", tag="ok"):
    """A yes as it stands in a frame."""

    n: int
    rev: int
    warn: SaidWarn | None = None

    @property
    def verdict(self) -> Ok:
        """What it means."""
        warn = self.warn
        return Ok(self.n, self.rev, Clamped(warn.sku, warn.asked, warn.got) if warn else None)


_FINAL: Final = frozenset(Code)
_PASSING: Final = frozenset(RetryCode)


class SaidNo(Struct, frozen=True, gc=False, tag_field="t", tag="no"):
    """A no as it stands in a frame, for good or for now."""

    n: int
    code: str
    text: str = ""
    rev: int = -1
    retry_ms: int = -1

    def __post_init__(self) -> None:
        """Turn down a code that is not known, or has not what belongs to it."""
        if self.code in _FINAL and self.rev >= 0:
            return
        if self.code not in _PASSING or self.retry_ms < 0:
            raise ValueError("neither a refusal nor a wish to wait")

    @property
    def verdict(self) -> No | RetryLater:
        """What it means."""
        if self.retry_ms < 0:
            return No(self.n, Code(self.code), (), self.rev, self.text)
        return RetryLater(self.n, RetryCode(self.code), self.retry_ms)


class Need(Struct, frozen=True, gc=False, tag_field="t", tag="need"):
    """Ops from `n` on are missing."""

    n: int


class Welcome(Struct, frozen=True, tag_field="t", tag="welcome"):
    """What became of the outbox while the tab was away; the state of the cart follows."""

    v: int
    account: AccountId
    node: str
    conn: str
    mode: Literal["snapshot", "same"]
    last: int
    said: tuple[SaidOk | SaidNo, ...] = field(name="verdicts")
    hb_ms: int
    session_left_ms: int
    limits: Limits
    why: SnapshotReason | None = None

    @property
    def verdicts(self) -> list[Verdict]:
        """Those that the tab missed, oldest first."""
        verdicts = (one.verdict for one in self.said)
        return [verdict for verdict in verdicts if not isinstance(verdict, RetryLater)]


class Answered(Struct, frozen=True):
    """What `POST /api/cart/ops` answers, and where the cart stands."""

    said: tuple[SaidOk | SaidNo | Need, ...] = field(name="verdicts")
    at: str
    rev: int

    @property
    def verdicts(self) -> list[Ok | No | RetryLater | Need]:
        """What was said to each op; at `RetryLater` and `Need` the shop stopped."""
        return [one if isinstance(one, Need) else one.verdict for one in self.said]


class Tabs(Struct, frozen=True, gc=False, tag_field="t", tag="tabs"):
    """So many tabs of the account are connected."""

    n: int


class Order(Struct, frozen=True, gc=False, tag_field="t", tag="order"):
    """An order was placed, or moved on."""

    number: str
    state: str


class Auth(Struct, frozen=True, gc=False, tag_field="t", tag="auth"):
    """How long the login lasts."""

    session_left_ms: int


class Drain(Struct, frozen=True, gc=False, tag_field="t", tag="drain"):
    """The server is about to restart: open a new socket first."""

    open_after_ms: int
    close_in_ms: int


class Pong(Struct, frozen=True, gc=False, tag_field="t", tag="pong"):
    """The answer to a ping."""

    id: int


class Heartbeat(Struct, frozen=True, gc=False, tag_field="t", tag="hb"):
    """Nothing happened, and the line is alive."""


class Unknown(Struct, frozen=True, gc=False):
    """A message of a type that this client does not know."""

    t: str
