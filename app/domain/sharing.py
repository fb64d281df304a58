"""The rules of a shared cart: who may do what, who put a line there, and what is proposed."""

from app.domain.accounts import AccountId
from app.domain.cart import Authors, Cart, Line, LineChanges, Lines, Patch
from app.domain.catalog import Catalog, Money, Sku
from app.domain.help import helper_of
from app.domain.limits import MOST_LINES
from app.domain.members import OWNER, Household, Member, Role, is_member
from app.domain.ops import (
    BadOp,
    DeclineSuggestion,
    DiscardLine,
    Op,
    SaveLine,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.outcomes import Accepted, Rejection, about, unknown
from app.domain.undo import Step, undo
from app.domain.verdicts import Code

_SAVED_OPS = SaveLine | UnsaveLine | DiscardLine


def may_see(cart: Cart, by: AccountId) -> bool:
    """Say whether *by* may see *cart*: its owner, a member of the household, or who helps."""
    return by in {OWNER, helper_of(cart.help)} or is_member(cart.household, by)


def permits(cart: Cart, by: AccountId, op: Op) -> bool:
    """Say whether *by*, who is not the owner, may do *op* in *cart*."""
    if by == helper_of(cart.help):
        return isinstance(op, SuggestLine | Undo | BadOp)
    household = cart.household
    member = _member(household, by)
    if household is None or member is None:
        return False
    if member.role is Role.SUGGEST:
        return isinstance(op, SuggestLine | Undo | BadOp)
    return household.shares_saved or not isinstance(op, _SAVED_OPS)


def may_order(household: Household | None, by: AccountId) -> bool:
    """Say whether *by*, who is not the owner, may order what is in a cart of *household*."""
    member = _member(household, by)
    return member is not None and member.role is Role.EDIT


def authors_of(cart: Cart, patch: Patch, by: AccountId) -> Authors:
    """Return who put the lines there that are new in *patch*, which *by* made.

    A line that moves, or a proposal that is accepted, is still that of whoever began it.
    """
    authors: dict[int, AccountId] = {}
    for changes in (patch.lines, patch.saved, patch.suggested):
        for sku, line in changes.items():
            if line is None or line.pos < cart.next_pos:
                continue
            before = _moved_from(cart, patch, sku)
            author = cart.authors.get(before.pos, OWNER) if before else by
            if author:
                authors[line.pos] = author
    return authors


def suggest(cart: Cart, op: SuggestLine, by: AccountId, catalog: Catalog) -> Accepted | Rejection:
    """Propose so many of a product, which one of the household does at a time.

    Nothing is clamped, as nothing is taken: the one who accepts it gets what there is.
    """
    product = catalog.products.get(op.sku)
    if product is None:
        return unknown(op.sku)
    held = cart.suggested.get(op.sku)
    if held and cart.authors.get(held.pos, OWNER) != by:
        return about(product, Code.SUGGESTED)
    before = held.qty if held else 0
    if op.qty > before and not product.sold:
        return about(product, Code.GONE)
    if op.qty and held is None and len(cart.suggested) >= MOST_LINES:
        return about(product, Code.LINE_LIMIT, MOST_LINES)
    if op.qty == before:
        return Accepted()
    agreed = product.price if op.seen is None else min(op.seen, product.price)
    pos, agreed = (held.pos, held.agreed) if held else (cart.next_pos, agreed)
    line = Line(pos, op.qty, Money(agreed)) if op.qty else None
    return Accepted(Patch(cart.rev + 1, suggested={op.sku: line}))


def decline(cart: Cart, op: DeclineSuggestion, catalog: Catalog) -> Accepted | Rejection:
    """Remove a proposal; this always works."""
    if op.sku not in catalog.products:
        return unknown(op.sku)
    is_there = op.sku in cart.suggested
    return Accepted(Patch(cart.rev + 1, suggested={op.sku: None}) if is_there else None)


def undo_change(
    cart: Cart, rev: int | None, by: AccountId, catalog: Catalog
) -> Accepted | Rejection:
    """Undo the newest change of *by*, or that of revision *rev* if it is the newest of its maker.

    Lines that come back may be too many now, since others have added some.
    """
    undone = undo(cart, by, rev, lambda step: _may_undo(cart, by, step))
    if isinstance(undone, Code):
        return Rejection(undone)
    patch, undo_stack = undone
    for held, changes in _lists(cart, patch):
        if _is_too_long(held, changes):
            last = [sku for sku, line in changes.items() if line and sku not in held][-1]
            return about(catalog.products[last], Code.LINE_LIMIT, MOST_LINES)
    return Accepted(patch, undo_stack=undo_stack)


def _may_undo(cart: Cart, by: AccountId, step: Step) -> bool:
    """Say whether *by* may undo *step*: no more than what *by* may do otherwise."""
    if by == OWNER:
        return True
    household = cart.household
    member = _member(household, by)
    if by == helper_of(cart.help) or (member and member.role is Role.SUGGEST):
        return step.by == by and bool(step.suggested) and not step.lines
    if household is None or member is None:
        return False
    return household.shares_saved or not step.saved


def _member(household: Household | None, by: AccountId) -> Member | None:
    return household.members.get(by) if household else None


def _moved_from(cart: Cart, patch: Patch, sku: Sku) -> Line | None:
    """Return the line of *sku* that *patch* takes out of one list, as it puts it into another."""
    for held, changes in _lists(cart, patch):
        if sku in changes and changes[sku] is None:
            return held.get(sku)
    return None


def _lists(cart: Cart, patch: Patch) -> tuple[tuple[Lines, LineChanges], ...]:
    """Return the lists of *cart*, each with what *patch* changes in it."""
    return (
        (cart.lines, patch.lines),
        (cart.saved, patch.saved),
        (cart.suggested, patch.suggested),
    )


def _is_too_long(held: Lines, changes: LineChanges) -> bool:
    more = sum((line is not None) - (sku in held) for sku, line in changes.items())
    return more > 0 and len(held) + more > MOST_LINES
