"""A cart as a value, and the step from one revision to the next."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from app.domain.accounts import AccountId
from app.domain.catalog import Money, Sku, VoucherCode
from app.domain.help import Help
from app.domain.members import Household
from app.domain.outbox import Outboxes

CONTENT_BYTES: Final = 8
REMEMBERED_DIGESTS: Final = 8192
_WRAP: Final = (1 << 8 * CONTENT_BYTES) - 1


class Line(Struct, frozen=True, gc=False, array_like=True):
    """A quantity of one product; `pos` sorts the lines and is never used twice.

    `agreed` is the highest unit price that the shopper has seen and accepted.
    """

    pos: int
    qty: int
    agreed: Money


Lines = Mapping[Sku, Line]
LineChanges = Mapping[Sku, Line | None]

Authors = Mapping[int, AccountId]
"""Who put lines there, by their `pos`, without those of the cart's owner.

As a `pos` is never used twice this never changes, whatever is moved away and undone.
"""

NO_LINES: Final[Lines] = {}
NO_CHANGES: Final[LineChanges] = {}
NO_AUTHORS: Final[Authors] = {}
MOST_AUTHORS: Final = 400
"""More than there can be lines: beyond it those of lines that are gone are forgotten."""


class Patch(Struct, frozen=True, gc=False, array_like=True):
    """A change that makes revision `rev` of the one `revs` before it, in absolute values.

    `None` removes a line; `None` for the note or the voucher leaves it as it is, and an empty
    one removes it. `authors` has those of new lines.
    """

    rev: int
    lines: LineChanges = NO_CHANGES
    saved: LineChanges = NO_CHANGES
    note: str | None = None
    voucher: VoucherCode | None = None
    revs: int = 1
    suggested: LineChanges = NO_CHANGES
    authors: Authors = NO_AUTHORS

    @property
    def prev(self) -> int:
        """The revision that it changes."""
        return self.rev - self.revs


NOT_ASKED: Final[Mapping[Sku, int]] = {}

UndoStack = tuple[str, ...]
"""The inverses of the newest changes as texts, newest last: `undo.py`."""


class Cart(Struct, frozen=True, gc=False):
    """A cart at one revision, with all that is saved along with it. It is never modified.

    `version` counts saves. `tries` are the times at which unknown voucher codes were sent, `used`
    counts vouchers used on orders. `content` is the hash that positions contain: a sum of digests,
    so that a change updates it without reading the rest (`position.py`). `asked` are the units that
    its changes hold or free; they are saved beside it, and are then no part of it (`holds.py`).
    `household` is who shares the cart, None if nobody does; `suggested` are lines that one of them
    has proposed. `help` is the newest request for help by staff. `authors`, `household` and `help`
    are no part of what positions name.
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
    outboxes: Outboxes = {}
    tries: tuple[int, ...] = ()
    used: Mapping[VoucherCode, int] = {}
    content: int = 0
    asked: Mapping[Sku, int] = NOT_ASKED
    suggested: Lines = NO_LINES
    authors: Authors = NO_AUTHORS
    household: Household | None = None
    help: Help | None = None


def advance(
    cart: Cart, patch: Patch, undo_stack: UndoStack | None = None, outboxes: Outboxes | None = None
) -> Cart:
    """Return *cart* with *patch* applied, and with another undo stack and outboxes if given.

    Raises ValueError if *patch* is not one of this revision. This runs for every op: mind calls.
    """
    if patch.rev != cart.rev + patch.revs:
        raise ValueError(f"the cart is at revision {cart.rev}, the patch changes {patch.prev}")
    lines, saved, next_pos, content = cart.lines, cart.saved, cart.next_pos, cart.content
    note, voucher, suggested, authors = cart.note, cart.voucher, cart.suggested, cart.authors
    if patch.lines:
        lines, next_pos, content = _apply("line", lines, patch.lines, next_pos, content)
    if patch.saved:
        saved, next_pos, content = _apply("saved", saved, patch.saved, next_pos, content)
    if patch.suggested or patch.authors:
        suggested, authors, next_pos, content = _share(cart, patch, lines, saved, next_pos, content)
    if patch.note is not None or patch.voucher is not None:
        note, voucher, content = _apply_words(cart, patch, content)
    return Cart(
        cart.account,
        cart.epoch,
        cart.version,
        patch.rev,
        lines,
        saved,
        note,
        voucher,
        next_pos,
        cart.undo_stack if undo_stack is None else undo_stack,
        cart.outboxes if outboxes is None else outboxes,
        cart.tries,
        cart.used,
        content & _WRAP,
        cart.asked,
        suggested,
        authors,
        cart.household,
        cart.help,
    )


def _apply_words(cart: Cart, patch: Patch, content: int) -> tuple[str, VoucherCode, int]:
    """Return note and voucher of *cart* after *patch*, and the hash of the content."""
    note = cart.note if patch.note is None else patch.note
    voucher = cart.voucher if patch.voucher is None else patch.voucher
    content += _digest("note", note) - _digest("note", cart.note)
    return note, voucher, content + _digest("voucher", voucher) - _digest("voucher", cart.voucher)


def _apply(
    place: str, lines: Lines, changes: LineChanges, next_pos: int, content: int
) -> tuple[Lines, int, int]:
    """Return *lines* after *changes*, with the next position and the hash of the content."""
    changed = dict(lines)
    for sku, line in changes.items():
        content -= _line_digest(place, sku, lines.get(sku))
        if line is None:
            changed.pop(sku, None)
            continue
        changed[sku] = line
        content += _line_digest(place, sku, line)
        if line.pos >= next_pos:
            next_pos = line.pos + 1
    return changed, next_pos, content


def _share(  # noqa: PLR0913, PLR0917 - all of it changes together
    cart: Cart, patch: Patch, lines: Lines, saved: Lines, next_pos: int, content: int
) -> tuple[Lines, Authors, int, int]:
    """Return what is suggested after *patch*, who put lines there, next position and hash.

    If there are too many authors, only those of lines that are there are kept.
    """
    suggested, next_pos, content = _apply(
        "idea", cart.suggested, patch.suggested, next_pos, content
    )
    authors = {**cart.authors, **patch.authors}
    if len(authors) > MOST_AUTHORS:
        held = {line.pos for each in (lines, saved, suggested) for line in each.values()}
        authors = {pos: author for pos, author in authors.items() if pos in held}
    return suggested, authors, next_pos, content


def merge(patches: Sequence[Patch]) -> Patch:
    """Return one patch that changes what *patches*, of which each follows on the last, change.

    A line that came and went in between is not in it: of all that a tab sees, this leads to the
    same cart, but its `next_pos` may be lower.
    """
    if len(patches) == 1:
        return patches[0]
    lines: dict[Sku, Line | None] = {}
    saved: dict[Sku, Line | None] = {}
    suggested: dict[Sku, Line | None] = {}
    authors: dict[int, AccountId] = {}
    note, voucher, revs = None, None, 0
    for patch in patches:
        lines |= patch.lines
        if patch.saved:
            saved |= patch.saved
        if patch.suggested:
            suggested |= patch.suggested
        if patch.authors:
            authors |= patch.authors
        if patch.note is not None:
            note = patch.note
        if patch.voucher is not None:
            voucher = patch.voucher
        revs += patch.revs
    return Patch(patches[-1].rev, lines, saved, note, voucher, revs, suggested, authors)


def content(cart: Cart) -> int:
    """Return the hash of what *cart* stores, from scratch; `advance` keeps it up to date."""
    whole = Patch(1, cart.lines, cart.saved, cart.note, cart.voucher, suggested=cart.suggested)
    return advance(Cart(cart.account, cart.epoch), whole).content


@lru_cache(REMEMBERED_DIGESTS)
def _line_digest(place: str, sku: Sku, line: Line | None) -> int:
    return _digest(place, f"{sku} {line.pos} {line.qty} {line.agreed}") if line else 0


def _digest(place: str, text: str) -> int:
    if not text:
        return 0
    digest = blake2b(f"{place} {text}".encode(), digest_size=CONTENT_BYTES).digest()
    return int.from_bytes(digest)
