"""The rules of the cart: what each op does, and when it is refused (protocol.md §3)."""

from typing import assert_never

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import NO_CHANGES, Cart, Line, Lines, Patch, advance
from app.domain.catalog import Catalog, Money, Product, Sku
from app.domain.help_rules import noted
from app.domain.holds import ask_holds, obtainable
from app.domain.limits import MOST_LINES, MOST_OF_ONE
from app.domain.ops import (
    AcceptLine,
    AcceptSuggestion,
    AddLine,
    BadOp,
    DeclineSuggestion,
    DiscardLine,
    Op,
    Ruling,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    SuggestionOp,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.outbox import OpRef, record
from app.domain.outcomes import Accepted, Rejection, about, unknown
from app.domain.sharing import authors_of, decline, permits, suggest, undo_change
from app.domain.undo import remember
from app.domain.verdicts import Clamped, Code, No, Ok
from app.domain.voucher_rules import set_voucher


def rule(cart: Cart, ref: OpRef, op: Op, catalog: Catalog, now_s: float) -> Ruling:
    """Rule on *op*, which must be the next in its outbox; *now_s* is in seconds since 1970."""
    by = ref.by
    if by and not permits(cart, by, op):
        return _unchanged(cart, ref, No(ref.n, Code.NOT_ALLOWED, (), cart.rev))
    outcome = _decide(cart, op, by, catalog, now_s)
    if isinstance(outcome, Rejection):
        tried = cart if outcome.tries is None else replace(cart, tries=outcome.tries)
        refusal = No(ref.n, outcome.code, outcome.args, cart.rev, names=outcome.names)
        return _unchanged(tried, ref, refusal)
    if (patch := outcome.patch) is None:
        if type(op) is SetLine and op.sku in catalog.holders:  # it holds what has ended again
            cart = ask_holds(cart, (op.sku,), catalog)
        return _unchanged(cart, ref, Ok(ref.n, cart.rev, outcome.warn))
    if (by or cart.authors) and (authors := authors_of(cart, patch, by)):
        patch = replace(patch, authors=authors)
    verdict = Ok(ref.n, patch.rev, outcome.warn)
    undo_stack = outcome.undo_stack
    if undo_stack is None:
        undo_stack = remember(cart, patch, by)
    outboxes, evicted = record(cart.outboxes, ref, verdict)
    after = advance(cart, patch, undo_stack, outboxes)
    if patch.suggested and cart.help and not cart.help.ended:
        after = replace(after, help=noted(cart, cart.help, patch, op, by))
    if catalog.holders and not catalog.holders.keys().isdisjoint(patch.lines):
        after = ask_holds(after, patch.lines, catalog)
    return Ruling(after, verdict, patch, evicted)


def _unchanged(cart: Cart, ref: OpRef, verdict: Ok | No) -> Ruling:
    """Return the ruling that changes nothing that tabs see."""
    outboxes, evicted = record(cart.outboxes, ref, verdict)
    return Ruling(replace(cart, outboxes=outboxes), verdict, None, evicted)


def _decide(  # noqa: C901, PLR0911 - flat
    cart: Cart, op: Op, by: AccountId, catalog: Catalog, now_s: float
) -> Accepted | Rejection:
    match op:
        case SetLine():
            return _set_quantity(cart, op.sku, op.qty, op.seen, catalog)
        case AddLine():
            qty = _qty(cart.lines, op.sku) + op.qty
            return _set_quantity(cart, op.sku, qty, op.seen, catalog)
        case AcceptLine(sku, price):
            return _accept(cart, sku, price, catalog)
        case SaveLine(sku):
            return _save(cart, sku, catalog)
        case UnsaveLine(sku):
            return _unsave(cart, sku, catalog)
        case DiscardLine(sku):
            return _discard(cart, sku, catalog)
        case SetNote(text):
            unchanged = text == cart.note
            return Accepted(None if unchanged else Patch(cart.rev + 1, note=text))
        case SetVoucher(code):
            return set_voucher(cart, code, catalog, now_s)
        case Undo(rev):
            return undo_change(cart, rev, by, catalog)
        case SuggestLine() | AcceptSuggestion() | DeclineSuggestion():
            return _decide_proposal(cart, op, by, catalog)
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
        return unknown(sku)
    held = cart.lines.get(sku)
    before = held.qty if held else 0
    if qty <= before:
        return _lower(cart, sku, qty)
    if not product.sold:
        return about(product, Code.GONE)
    if (held is None or qty > MOST_OF_ONE) and (refused := _over_limits(cart.lines, product, qty)):
        return refused
    held_too = sku in catalog.holders
    got = min(qty, obtainable(cart.account, product, catalog) if held_too else product.stock)
    if got <= before:
        return about(product, Code.SOLD_OUT)
    line = Line(held.pos, got, held.agreed) if held else _new_line(cart, product, got, seen)
    warn = Clamped(sku, qty, got) if got < qty else None
    return Accepted(Patch(cart.rev + 1, {sku: line}, NO_CHANGES), warn)


def _lower(cart: Cart, sku: Sku, qty: int) -> Accepted:
    """Lower the quantity of a line, or remove it: this always works."""
    held = cart.lines.get(sku)
    if held is None or held.qty == qty:
        return Accepted()
    lowered = Line(held.pos, qty, held.agreed) if qty else None
    return Accepted(Patch(cart.rev + 1, {sku: lowered}, NO_CHANGES))


def _over_limits(lines: Lines, product: Product, qty: int) -> Rejection | None:
    if product.sku not in lines and len(lines) >= MOST_LINES:
        return about(product, Code.LINE_LIMIT, MOST_LINES)
    if qty > MOST_OF_ONE:
        return about(product, Code.QTY_LIMIT, MOST_OF_ONE)
    return None


def _new_line(cart: Cart, product: Product, qty: int, seen: Money | None) -> Line:
    agreed = product.price if seen is None else min(seen, product.price)
    return Line(cart.next_pos, qty, agreed)


def _accept(cart: Cart, sku: Sku, price: Money, catalog: Catalog) -> Accepted | Rejection:
    product = catalog.products.get(sku)
    if product is None:
        return unknown(sku)
    if not product.sold:
        return about(product, Code.GONE)
    held = cart.lines.get(sku)
    if held is None:
        return about(product, Code.NOT_IN_CART)
    if product.price <= held.agreed:
        return Accepted()
    if product.price != price:
        return about(product, Code.PRICE_MOVED)
    return Accepted(Patch(cart.rev + 1, {sku: Line(held.pos, held.qty, price)}))


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


def _discard(cart: Cart, sku: Sku, catalog: Catalog) -> Accepted | Rejection:
    """Remove a saved line, whatever its product's state: this always works."""
    if sku not in catalog.products:
        return unknown(sku)
    return Accepted(Patch(cart.rev + 1, saved={sku: None}) if sku in cart.saved else None)


def _move(cart: Cart, sku: Sku, here: Lines, there: Lines, catalog: Catalog) -> Line | Rejection:
    """Return the line that moving *sku* makes *there*, whatever its product's state."""
    product = catalog.products.get(sku)
    if product is None:
        return unknown(sku)
    held = here.get(sku)
    if held is None:
        return about(product, Code.NOT_IN_CART)
    moved = _merge(cart, there.get(sku), held)
    return _over_limits(there, product, moved.qty) or moved


def _merge(cart: Cart, there: Line | None, moving: Line) -> Line:
    """Return *moving* merged with the line *there*; the lower agreed price stays."""
    if there is None:
        return Line(cart.next_pos, moving.qty, moving.agreed)
    return Line(there.pos, there.qty + moving.qty, min(there.agreed, moving.agreed))


def _decide_proposal(
    cart: Cart, op: SuggestionOp, by: AccountId, catalog: Catalog
) -> Accepted | Rejection:
    match op:
        case SuggestLine():
            return suggest(cart, op, by, catalog)
        case AcceptSuggestion(sku, seen):
            return _accept_suggestion(cart, sku, seen, catalog)
        case DeclineSuggestion():
            return decline(cart, op, catalog)
        case _:
            assert_never(op)


def _accept_suggestion(
    cart: Cart, sku: Sku, seen: Money | None, catalog: Catalog
) -> Accepted | Rejection:
    """Add what is proposed of *sku* to its line, like `AddLine`, and take the proposal away."""
    product = catalog.products.get(sku)
    if product is None:
        return unknown(sku)
    held = cart.suggested.get(sku)
    if held is None:
        return about(product, Code.NOT_IN_CART)
    qty = _qty(cart.lines, sku) + held.qty
    outcome = _set_quantity(cart, sku, qty, seen, catalog)
    if isinstance(outcome, Rejection) or outcome.patch is None:
        return outcome
    return Accepted(replace(outcome.patch, suggested={sku: None}), outcome.warn)


def _qty(lines: Lines, sku: Sku) -> int:
    return lines[sku].qty if sku in lines else 0
