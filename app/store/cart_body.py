"""The body of a cart's row: a JSON document."""

from collections.abc import Mapping

import msgspec

from app.domain.accounts import AccountId
from app.domain.cart import Authors, Cart, Lines, UndoStack, content
from app.domain.catalog import VoucherCode
from app.domain.help import Help
from app.domain.members import Household
from app.domain.old_outbox import read_old_rows
from app.domain.outbox import Outboxes, OutboxId

_NO_STEPS = msgspec.Raw(b"[]")


class _Body(msgspec.Struct, omit_defaults=True, gc=False):
    """The document in a row. What is empty is left out, but not `lines`, which reports look for.

    `steps` is the domain's `undo_stack`, whose texts are JSON. The keys of `outboxes` are in the
    order of their use; older versions wrote a list.
    """

    lines: Lines
    saved: Lines = {}
    note: str = ""
    voucher: VoucherCode = VoucherCode("")
    next_pos: int = 1
    steps: msgspec.Raw = _NO_STEPS
    outboxes: Outboxes | list[tuple[OutboxId, int, str]] = {}
    tries: tuple[int, ...] = ()
    used: Mapping[VoucherCode, int] = {}
    suggested: Lines = {}
    authors: Authors = {}
    household: Household | None = None
    help: Help | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Body).decode
_decode_steps = msgspec.json.Decoder(list[msgspec.Raw]).decode


def encode_body(cart: Cart) -> str:
    """Return the document of *cart*; this runs for every save, and only joins what is a text."""
    stack = cart.undo_stack
    body = _Body(
        cart.lines,
        cart.saved,
        cart.note,
        cart.voucher,
        cart.next_pos,
        msgspec.Raw(f"[{','.join(stack)}]".encode()) if stack else _NO_STEPS,
        cart.outboxes,
        cart.tries,
        cart.used,
        cart.suggested,
        cart.authors,
        cart.household,
        cart.help,
    )
    return _encode(body).decode()


def decode_cart(account: AccountId, epoch: str, version: int, rev: int, text: str) -> Cart:
    """Return a cart from the values of its row; raises `msgspec.DecodeError`."""
    body, undo_stack, outboxes = _read(text)
    cart = Cart(
        account,
        epoch,
        version,
        rev,
        body.lines,
        body.saved,
        body.note,
        body.voucher,
        body.next_pos,
        undo_stack,
        outboxes,
        body.tries,
        body.used,
        suggested=body.suggested,
        authors=body.authors,
        household=body.household,
        help=body.help,
    )
    return msgspec.structs.replace(cart, content=content(cart))


def decode_lines(text: str) -> Lines:
    """Return the lines of a cart that can be read as a whole; raises `msgspec.DecodeError`."""
    return _read(text)[0].lines


def _read(text: str) -> tuple[_Body, UndoStack, Outboxes]:
    body = _decode(text)
    undo_stack = tuple([bytes(step).decode() for step in _decode_steps(body.steps)])
    if isinstance(body.outboxes, list):
        return body, undo_stack, _older(body.outboxes)
    return body, undo_stack, body.outboxes


def _older(rows: list[tuple[OutboxId, int, str]]) -> Outboxes:
    try:
        return {name: read_old_rows(last, kept) for name, last, kept in rows}
    except ValueError as error:
        raise msgspec.DecodeError(f"rows of an outbox: {error}") from error
