"""The rules of help by staff: who may ask for it, take it, and what its end leaves."""

from typing import NamedTuple, assert_never

from msgspec.structs import replace

from app.domain.accounts import AccountId
from app.domain.cart import Cart, Patch, advance
from app.domain.catalog import Sku
from app.domain.help import Answer, Help, HelpEnd, HelpId, SavedHelp, Suggested, is_going_on
from app.domain.household import HouseholdRefusal, HouseholdRuling, without_outboxes_of
from app.domain.members import OWNER, is_member
from app.domain.ops import AcceptSuggestion, DeclineSuggestion, Op
from app.domain.outbox import EvictedOutbox
from app.domain.sharing import may_order
from app.domain.undo import without_suggestions


class AskHelp(NamedTuple):
    """One who may change the cart asks for help."""

    id: HelpId
    by: AccountId
    at_s: int


class TakeHelp(NamedTuple):
    """A member of staff sees the cart from now on, and may suggest lines."""

    id: HelpId
    helper: AccountId
    name: str
    at_s: int


class EndHelp(NamedTuple):
    """A help is over, whoever or whatever ended it."""

    id: HelpId
    why: HelpEnd
    at_s: int


HelpChange = AskHelp | TakeHelp | EndHelp


def rule_on_help(cart: Cart, change: HelpChange) -> HouseholdRuling | HouseholdRefusal:
    """Rule on *change*; where it is so already, the cart is the same one."""
    match change:
        case AskHelp():
            return _ask(cart, change)
        case TakeHelp():
            return _take(cart, change)
        case EndHelp():
            return _end(cart, change)
        case _:
            assert_never(change)


def noted(cart: Cart, help_: Help, patch: Patch, op: Op, by: AccountId) -> Help:
    """Return *help_* with what *op*, which makes *patch*, says of the helper's suggestions."""
    suggested = dict(help_.suggested)
    for sku, line in patch.suggested.items():
        if line is None:
            if sku in cart.suggested and _is_helpers(cart, sku, help_):
                suggested[sku] = Suggested(cart.suggested[sku].qty, _answer(op, by, help_))
        elif by == help_.helper or sku in suggested:
            suggested[sku] = Suggested(line.qty, Answer.OPEN)
    return replace(help_, suggested=suggested)


def _ask(cart: Cart, asked: AskHelp) -> HouseholdRuling | HouseholdRefusal:
    """Ask, unless it was asked already: there is one help of a cart at a time."""
    if asked.by != OWNER and not may_order(cart.household, asked.by):
        return HouseholdRefusal.NOT_ALLOWED
    if is_going_on(cart.help):
        return HouseholdRuling(cart)
    return _saved(cart, Help(asked.id, asked.by, asked.at_s))


def _take(cart: Cart, taken: TakeHelp) -> HouseholdRuling | HouseholdRefusal:
    """Let one of staff in: the first who takes it, and nobody who shares the cart anyway."""
    help_ = cart.help
    if help_ is None or help_.ended or help_.id != taken.id:
        return HouseholdRefusal.NO_HELP
    if help_.helper == taken.helper:
        return HouseholdRuling(cart)
    if help_.helper:
        return HouseholdRefusal.TAKEN
    if taken.helper == cart.account or is_member(cart.household, taken.helper):
        return HouseholdRefusal.OWN_CART
    begun = replace(help_, helper=taken.helper, name=taken.name, taken_at_s=taken.at_s)
    return _saved(cart, begun)


def _end(cart: Cart, ended: EndHelp) -> HouseholdRuling:
    """End it: suggestions without an answer go, and the helper's outboxes leave the cart.

    No undo brings a suggestion back whose helper has gone; what was accepted can be undone.
    """
    help_ = cart.help
    if help_ is None or help_.ended or help_.id != ended.id:
        return HouseholdRuling(cart)
    over = replace(help_, ended=ended.why, ended_at_s=ended.at_s)
    left, evicted = _without(cart, help_.helper) if help_.helper else (cart, ())
    saved = SavedHelp(cart.account, over, evicted)
    left = replace(left, help=replace(over, suggested={}))
    gone = [sku for sku in cart.suggested if help_.helper and _is_helpers(cart, sku, help_)]
    if not gone:
        return HouseholdRuling(left, saved)
    patch = Patch(cart.rev + 1, suggested=dict.fromkeys(gone))
    return HouseholdRuling(advance(left, patch), saved, patch)


def _without(cart: Cart, helper: AccountId) -> tuple[Cart, tuple[EvictedOutbox, ...]]:
    """Return *cart* without outboxes of *helper*, and these, and with nothing of theirs to undo."""
    left, evicted = without_outboxes_of(cart, helper)
    undo_stack = without_suggestions(
        cart.undo_stack, helper, lambda line: cart.authors.get(line.pos, OWNER) == helper
    )
    return replace(left, undo_stack=undo_stack), evicted


def _saved(cart: Cart, help_: Help) -> HouseholdRuling:
    return HouseholdRuling(replace(cart, help=help_), SavedHelp(cart.account, help_))


def _is_helpers(cart: Cart, sku: Sku, help_: Help) -> bool:
    return cart.authors.get(cart.suggested[sku].pos, OWNER) == help_.helper


def _answer(op: Op, by: AccountId, help_: Help) -> Answer:
    if isinstance(op, AcceptSuggestion):
        return Answer.ACCEPTED
    if isinstance(op, DeclineSuggestion) or by != help_.helper:
        return Answer.DECLINED
    return Answer.TAKEN_BACK
