"""A cart as a value, and the step from one revision to the next."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple, NewType

from app.domain.catalog import Money, Sku, VoucherCode
from app.domain.outbox import Outbox, OutboxId

AccountId = NewType("AccountId", str)

CONTENT_BYTES: Final = 8
REMEMBERED_DIGESTS: Final = 8192
_WRAP: Final = (1 << 8 * CONTENT_BYTES) - 1


class Line(NamedTuple):
    """A quantity of one product; `pos` sorts the lines and is never used twice.

    `agreed` is the highest unit price that the shopper has seen and accepted.
    """

    pos: int
    qty: int
    agreed: Money


Lines = Mapping[Sku, Line]
LineChanges = Mapping[Sku, Line | None]

NO_LINES: Final[Lines] = {}
NO_CHANGES: Final[LineChanges] = {}


class Patch(NamedTuple):
    """A change that makes revision `rev` of the revision before, in absolute values.

    `None` removes a line; `None` for the note or the voucher leaves it as it is, and an empty
    one removes it.
    """

    rev: int
    lines: LineChanges = NO_CHANGES
    saved: LineChanges = NO_CHANGES
    note: str | None = None
    voucher: VoucherCode | None = None


UndoStack = tuple[Patch, ...]
"""The inverses of the newest changes, newest last: `undo.py`."""


class Cart(NamedTuple):
    """A cart at one revision, with all that is saved along with it. It is never modified.

    `version` counts saves. `tries` are the times at which unknown voucher codes were sent, `used`
    counts vouchers used on orders. `content` is the hash that positions contain: a sum of digests,
    so that a change updates it without reading the rest (`position.py`).
    """

    account: AccountId
    epoch: str
    version: int = 0
    rev: int = 0
    lines: Lines = NO_LINES
    saved: Lines = NO_LINES
    note: str = ""
    voucher: VoucherCode = VoucherCode("")
    next_pos: int = 1
    undo_stack: UndoStack = ()
    outboxes: Mapping[OutboxId, Outbox] = {}
    tries: tuple[int, ...] = ()
    used: Mapping[VoucherCode, int] = {}
    content: int = 0


def advance(cart: Cart, patch: Patch) -> Cart:
    """Return *cart* with *patch* applied.

    Raises ValueError unless the patch makes the next revision.
    """
    if patch.rev != cart.rev + 1:
        raise ValueError(f"the cart is at revision {cart.rev}, the patch makes {patch.rev}")
    return Cart(
        cart.account,
        cart.epoch,
        cart.version,
        patch.rev,
        _changed(cart.lines, patch.lines),
        _changed(cart.saved, patch.saved),
        cart.note if patch.note is None else patch.note,
        cart.voucher if patch.voucher is None else patch.voucher,
        _next_pos(cart.next_pos, patch),
        cart.undo_stack,
        cart.outboxes,
        cart.tries,
        cart.used,
        (cart.content + _content_change(cart, patch)) & _WRAP,
    )


def at_version(cart: Cart, version: int) -> Cart:
    """Return *cart* with its version after a save. Built positionally: this runs for every save."""
    return Cart(cart.account, cart.epoch, version, *cart[3:])


def content(cart: Cart) -> int:
    """Return the hash of what *cart* stores, from scratch; `advance` keeps it up to date."""
    whole = Patch(cart.rev + 1, cart.lines, cart.saved, cart.note, cart.voucher)
    nothing = Cart(cart.account, cart.epoch, rev=cart.rev)
    return _content_change(nothing, whole) & _WRAP


def _changed(lines: Lines, changes: LineChanges) -> Lines:
    if not changes:
        return lines
    changed = dict(lines)
    for sku, line in changes.items():
        if line is None:
            changed.pop(sku, None)
        else:
            changed[sku] = line
    return changed


def _next_pos(next_pos: int, patch: Patch) -> int:
    for lines in (patch.lines, patch.saved):
        for line in lines.values():
            if line is not None and line.pos >= next_pos:
                next_pos = line.pos + 1
    return next_pos


def _content_change(cart: Cart, patch: Patch) -> int:
    moved = 0
    for sku, line in patch.lines.items():
        moved += _line_digest("line", sku, line) - _line_digest("line", sku, cart.lines.get(sku))
    for sku, line in patch.saved.items():
        moved += _line_digest("saved", sku, line) - _line_digest("saved", sku, cart.saved.get(sku))
    if patch.note is not None:
        moved += _digest("note", patch.note) - _digest("note", cart.note)
    if patch.voucher is not None:
        moved += _digest("voucher", patch.voucher) - _digest("voucher", cart.voucher)
    return moved


@lru_cache(REMEMBERED_DIGESTS)
def _line_digest(place: str, sku: Sku, line: Line | None) -> int:
    return _digest(place, f"{sku} {line.pos} {line.qty} {line.agreed}") if line else 0


def _digest(place: str, text: str) -> int:
    if not text:
        return 0
    digest = blake2b(f"{place} {text}".encode(), digest_size=CONTENT_BYTES).digest()
    return int.from_bytes(digest)
