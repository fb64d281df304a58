"""The rules of the cart: what each op does, and when it is refused (protocol.md §3)."""

from typing import NamedTuple, assert_never

from app.domain.cart import Cart, Line, Lines, Patch, UndoStack, advance
from app.domain.catalog import Catalog, Money, Product, Sku, VoucherCode
from app.domain.limits import MOST_LINES, MOST_OF_ONE
from app.domain.ops import (
    AcceptLine,
    AddLine,
    BadOp,
    Op,
    Ruling,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    Undo,
    UnsaveLine,
)
from app.domain.outbox import OpRef, record
from app.domain.undo import remember, undo_newest
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict
from app.domain.vouchers import normalise_code

MOST_TRIES = 10
TRIES_FOR_S = 3600


class Rejection(NamedTuple):
    """No; `args` are those of the verdict, `tries` replaces the cart's."""

    code: Code
    args: tuple[str, ...] = ()
    tries: tuple[int, ...] | None = None


class Accepted(NamedTuple):
    """Yes; without a patch if nothing changes."""

    patch: Patch | None = None
    warn: Clamped | None = None


def rule(cart: Cart, ref: OpRef, op: Op, catalog: Catalog, now_s: float) -> Ruling:
    """Rule on *op*, which must be the next in its outbox; *now_s* is in seconds since 1970."""
    match outcome := _decide(cart, op, catalog, now_s):
        case Rejection(code, args, tries):
            tried = cart if tries is None else cart._replace(tries=tries)
            return _recorded(tried, cart.undo_stack, ref, No(ref.n, code, args, cart.rev))
        case Accepted(patch, warn):
            if patch is None:
                return _recorded(cart, cart.undo_stack, ref, Ok(ref.n, cart.rev, warn))
            undo_stack = cart.undo_stack[:-1] if isinstance(op, Undo) else remember(cart, patch)
            verdict = Ok(ref.n, patch.rev, warn)
            return _recorded(advance(cart, patch), undo_stack, ref, verdict, patch)
        case _:
            assert_never(outcome)


def _recorded(
    cart: Cart, undo_stack: UndoStack, ref: OpRef, verdict: Verdict, patch: Patch | None = None
) -> Ruling:
    """Return the ruling; its cart is built positionally, since this runs for every op."""
    outboxes, evicted = record(cart.outboxes, ref, verdict)
    recorded = Cart(
        cart.account,
        cart.epoch,
        cart.version,
        cart.rev,
        cart.lines,
        cart.saved,
        cart.note,
        cart.voucher,
        cart.next_pos,
        undo_stack,
        outboxes,
        cart.tries,
        cart.used,
        cart.content,
    )
    return Ruling(recorded, verdict, patch, evicted)


def _decide(cart: Cart, op: Op, catalog: Catalog, now_s: float) -> Accepted | Rejection:  # noqa: PLR0911
    match op:
        case AddLine(sku, qty, seen):
            return _set_quantity(cart, sku, _qty(cart.lines, sku) + qty, seen, catalog)
        case SetLine(sku, qty, seen):
            return _set_quantity(cart, sku, qty, seen, catalog)
        case AcceptLine(sku, price):
            return _accept(cart, sku, price, catalog)
        case SaveLine(sku):
            return _save(cart, sku, catalog)
        case UnsaveLine(sku):
            return _unsave(cart, sku, catalog)
        case SetNote(text):
            unchanged = text == cart.note
            return Accepted(None if unchanged else Patch(cart.rev + 1, note=text))
        case SetVoucher(code):
            return _set_voucher(cart, code, catalog, now_s)
        case Undo(rev):
            return _undo(cart, rev)
        case BadOp():
            return Rejection(Code.BAD_OP)
        case _:
            assert_never(op)


def _set_quantity(
    cart: Cart, sku: Sku, qty: int, seen: Money | None, catalog: Catalog
) -> Accepted | Rejection:
    """Set the quantity of *sku*, clamped to the stock, but never lowered by that."""
    product = catalog.products.get(sku)
    if product is None:
        return _unknown(sku)
    held = cart.lines.get(sku)
    if qty <= (held.qty if held else 0):
        return _lower(cart, sku, qty)
    if refused := _blocked(cart.lines, product, qty):
        return refused
    got = min(qty, product.stock)
    if got <= (held.qty if held else 0):
        return Rejection(Code.SOLD_OUT, (product.name,))
    line = held._replace(qty=got) if held else _new_line(cart, product, got, seen)
    warn = Clamped(sku, qty, got) if got < qty else None
    return Accepted(Patch(cart.rev + 1, {sku: line}), warn)


def _lower(cart: Cart, sku: Sku, qty: int) -> Accepted:
    """Lower the quantity of a line, or remove it: this always works."""
    held = cart.lines.get(sku)
    if held is None or held.qty == qty:
        return Accepted()
    return Accepted(Patch(cart.rev + 1, {sku: held._replace(qty=qty) if qty else None}))


def _blocked(lines: Lines, product: Product, qty: int) -> Rejection | None:
    if not product.sold:
        return _gone(product)
    return _over_limits(lines, product, qty)


def _over_limits(lines: Lines, product: Product, qty: int) -> Rejection | None:
    if product.sku not in lines and len(lines) >= MOST_LINES:
        return Rejection(Code.LINE_LIMIT, (product.name, str(MOST_LINES)))
    if qty > MOST_OF_ONE:
        return Rejection(Code.QTY_LIMIT, (product.name, str(MOST_OF_ONE)))
    return None


def _new_line(cart: Cart, product: Product, qty: int, seen: Money | None) -> Line:
    agreed = product.price if seen is None else min(seen, product.price)
    return Line(cart.next_pos, qty, agreed)


def _accept(cart: Cart, sku: Sku, price: Money, catalog: Catalog) -> Accepted | Rejection:
    product = catalog.products.get(sku)
    if product is None:
        return _unknown(sku)
    if not product.sold:
        return _gone(product)
    held = cart.lines.get(sku)
    if held is None:
        return _not_in_cart(product)
    if product.price <= held.agreed:
        return Accepted()
    if product.price != price:
        return Rejection(Code.PRICE_MOVED, (product.name,))
    return Accepted(Patch(cart.rev + 1, {sku: held._replace(agreed=price)}))


def _save(cart: Cart, sku: Sku, catalog: Catalog) -> Accepted | Rejection:
    moved = _move(cart, sku, cart.lines, cart.saved, catalog)
    if isinstance(moved, Rejection):
        return moved
    return Accepted(Patch(cart.rev + 1, lines={sku: None}, saved={sku: moved}))


def _unsave(cart: Cart, sku: Sku, catalog: Catalog) -> Accepted | Rejection:
    moved = _move(cart, sku, cart.saved, cart.lines, catalog)
    if isinstance(moved, Rejection):
        return moved
    return Accepted(Patch(cart.rev + 1, lines={sku: moved}, saved={sku: None}))


def _move(cart: Cart, sku: Sku, here: Lines, there: Lines, catalog: Catalog) -> Line | Rejection:
    """Return the line that moving *sku* makes *there*, whatever its product's state."""
    product = catalog.products.get(sku)
    if product is None:
        return _unknown(sku)
    held = here.get(sku)
    if held is None:
        return _not_in_cart(product)
    moved = _merge(cart, there.get(sku), held)
    return _over_limits(there, product, moved.qty) or moved


def _merge(cart: Cart, there: Line | None, moving: Line) -> Line:
    """Return *moving* merged with the line *there*; the lower agreed price stays."""
    if there is None:
        return moving._replace(pos=cart.next_pos)
    return Line(there.pos, there.qty + moving.qty, min(there.agreed, moving.agreed))


def _set_voucher(
    cart: Cart, code: str | None, catalog: Catalog, now_s: float
) -> Accepted | Rejection:
    if code is None:
        return _with_voucher(cart, VoucherCode(""))
    tries = tuple(at_s for at_s in cart.tries if at_s > now_s - TRIES_FOR_S)
    if len(tries) >= MOST_TRIES:
        return Rejection(Code.TOO_MANY_TRIES)
    if (known := normalise_code(code)) not in catalog.vouchers:
        return Rejection(Code.BAD_VOUCHER, tries=(*tries, int(now_s)))
    return _with_voucher(cart, known)


def _with_voucher(cart: Cart, voucher: VoucherCode) -> Accepted:
    unchanged = voucher == cart.voucher
    return Accepted(None if unchanged else Patch(cart.rev + 1, voucher=voucher))


def _undo(cart: Cart, rev: int | None) -> Accepted | Rejection:
    if not cart.undo_stack:
        return Rejection(Code.NOTHING_TO_UNDO)
    if rev is not None and rev != cart.undo_stack[-1].rev:
        return Rejection(Code.MOVED)
    return Accepted(undo_newest(cart))


def _qty(lines: Lines, sku: Sku) -> int:
    return lines[sku].qty if sku in lines else 0


def _unknown(sku: Sku) -> Rejection:
    return Rejection(Code.UNKNOWN_SKU, (sku,))


def _gone(product: Product) -> Rejection:
    return Rejection(Code.GONE, (product.name,))


def _not_in_cart(product: Product) -> Rejection:
    return Rejection(Code.NOT_IN_CART, (product.name,))
