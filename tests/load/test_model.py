"""The independent model agrees with the rules of the domain."""

from random import Random

import pytest

from app.domain.cart import Cart
from app.domain.ops import AddLine, Op, SaveLine, SetLine, SetNote, Undo, UnsaveLine
from app.domain.verdicts import Ok
from app.load.model import NOTE, Accepted, Model, SentOp
from tests.examples import APPLES, CIDER, EGGS, EMPTY, MILK, ruling_on


def op_of(op: Op) -> SentOp:
    match op:
        case AddLine(sku, qty):
            return SentOp(1, "line.add", sku, qty)
        case SetLine(sku, qty):
            return SentOp(1, "line.set", sku, qty)
        case SaveLine(sku):
            return SentOp(1, "line.save", sku)
        case UnsaveLine(sku):
            return SentOp(1, "line.unsave", sku)
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
    return chance.choice((*any_line, SaveLine(sku), UnsaveLine(sku), note, Undo()))


def contents_of(cart: Cart) -> dict[tuple[str, str], int | str]:
    lines = {("line", str(sku)): line.qty for sku, line in cart.lines.items()}
    saved = {("saved", str(sku)): line.qty for sku, line in cart.saved.items()}
    return {**lines, **saved, **({NOTE: cart.note} if cart.note else {})}


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


def test_an_op_without_effect_changes_nothing() -> None:
    model = Model(4, {("line", MILK): 2})

    assert model.changes(Accepted(SentOp(1, "line.set", MILK, 2))) == {}
    assert model.changes(Accepted(SentOp(1, "line.set", MILK, 9), got=2)) == {}
