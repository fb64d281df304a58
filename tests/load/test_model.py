"""The independent model agrees with the rules of the domain."""

from collections.abc import Iterator
from random import Random

import pytest
from msgspec.structs import replace

from app.domain.cart import Cart, Line
from app.domain.members import OWNER
from app.domain.ops import (
    AcceptSuggestion,
    AddLine,
    DeclineSuggestion,
    DiscardLine,
    Op,
    SaveLine,
    SetLine,
    SetNote,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.verdicts import Ok
from app.load.model import NOTE, Accepted, Model, SentOp
from tests.domain.household_examples import HOUSEHOLD, PEOPLE, SHARED, ruling_of
from tests.examples import APPLES, CIDER, EGGS, EMPTY, MILK, ruling_on


def op_of(op: Op) -> SentOp:  # noqa: C901, PLR0911 - one line an op
    match op:
        case AddLine(sku, qty):
            return SentOp(1, "line.add", sku, qty)
        case SetLine(sku, qty):
            return SentOp(1, "line.set", sku, qty)
        case SaveLine(sku):
            return SentOp(1, "line.save", sku)
        case UnsaveLine(sku):
            return SentOp(1, "line.unsave", sku)
        case DiscardLine(sku):
            return SentOp(1, "line.discard", sku)
        case SuggestLine(sku, qty):
            return SentOp(1, "line.suggest", sku, qty)
        case AcceptSuggestion(sku):
            return SentOp(1, "suggestion.accept", sku)
        case DeclineSuggestion(sku):
            return SentOp(1, "suggestion.decline", sku)
        case SetNote(text):
            return SentOp(1, "note.set", text=text)
        case Undo(rev):
            return SentOp(1, "undo", rev=rev)
        case _:
            raise AssertionError(op)


def any_op(chance: Random) -> Op:
    sku, qty = chance.choice((APPLES, MILK, EGGS, CIDER)), chance.randint(1, 7)
    note = SetNote(f"note {qty}")
    any_line = (AddLine(sku, qty), SetLine(sku, qty), SetLine(sku, 0))
    return chance.choice(
        (*any_line, SaveLine(sku), UnsaveLine(sku), DiscardLine(sku), note, Undo())
    )


def contents_of(cart: Cart) -> dict[tuple[str, str], int | str]:
    lines = {key: line.qty for key, line in lines_of(cart)}
    return {**lines, **({NOTE: cart.note} if cart.note else {})}


def authors_of(cart: Cart) -> dict[tuple[str, str], str]:
    whose = ((key, cart.authors.get(line.pos, OWNER)) for key, line in lines_of(cart))
    return {key: str(by) for key, by in whose if by}


def lines_of(cart: Cart) -> Iterator[tuple[tuple[str, str], Line]]:
    for kind, lines in (("line", cart.lines), ("saved", cart.saved), ("suggested", cart.suggested)):
        yield from (((kind, str(sku)), line) for sku, line in lines.items())


@pytest.mark.parametrize("seed", range(20))
def test_the_model_equals_the_cart_after_any_ops(seed: int) -> None:
    chance = Random(seed)
    cart, model = EMPTY, Model(0, {})
    for _ in range(200):
        op = any_op(chance)
        ruling = ruling_on(op, cart)
        if isinstance(ruling.verdict, Ok):
            warn = ruling.verdict.warn
            accepted = Accepted(op_of(op), warn.got if warn else None)
            assert bool(model.changes(accepted)) == bool(ruling.patch)
            if ruling.patch:
                model.advance(accepted)
        cart = ruling.cart
        assert (model.rev, model.contents) == (cart.rev, contents_of(cart))


@pytest.mark.parametrize("seed", range(20))
def test_the_model_equals_the_cart_of_a_household_and_knows_whose_each_line_is(seed: int) -> None:
    chance = Random(seed)
    cart, model = replace(SHARED, household=replace(HOUSEHOLD, shares_saved=True)), Model(0, {})
    for _ in range(200):
        by, sku = chance.choice(PEOPLE), chance.choice((APPLES, MILK, EGGS))
        proposals = (SuggestLine(sku, chance.randint(0, 3)), AcceptSuggestion(sku), Undo())
        op = chance.choice((any_op(chance), *proposals, DeclineSuggestion(sku), Undo(cart.rev - 2)))
        ruling = ruling_of(by, op, cart)
        if isinstance(ruling.verdict, Ok):
            warn = ruling.verdict.warn
            accepted = Accepted(op_of(op), warn.got if warn else None, by)
            if ruling.patch:
                model.advance(accepted)
            else:
                assert not model.changes(accepted)
        cart = ruling.cart
        assert (model.rev, model.contents) == (cart.rev, contents_of(cart)), (seed, by, op)
        assert model.authors == authors_of(cart), (seed, by, op)


def test_an_op_without_effect_changes_nothing() -> None:
    model = Model(4, {("line", MILK): 2})

    assert model.changes(Accepted(SentOp(1, "line.set", MILK, 2))) == {}
    assert model.changes(Accepted(SentOp(1, "line.set", MILK, 9), got=2)) == {}
