"""Every code of a refusal has a sentence, with names and limits in it."""

import pytest

from app.domain.catalog import Money
from app.domain.ops import AcceptLine, AddLine, BadOp, Op, SaveLine, SetLine, SetVoucher, Undo
from app.domain.placing import Rejected, RejectReason
from app.domain.verdicts import Code, No
from app.protocol.op_texts import refusal_text, rejection_text
from tests.examples import APPLES, CIDER, EGGS, GHOST, MILK, NOON, after, catalog_with, ruling_on

NINETY = after(AddLine(APPLES, 90))
RISEN = catalog_with(APPLES, price=300)
TRIED = NINETY._replace(tries=(NOON - 1,) * 10)


@pytest.mark.parametrize(
    ("op", "sentence"),
    [
        (BadOp(), "This change could not be understood; nothing was changed."),
        (AddLine(GHOST, 1), "The shop does not know a product “ghost”."),
        (AddLine(CIDER, 1), "Cider: no longer sold."),
        (AddLine(EGGS, 1), "Eggs: there are no more."),
        (AddLine(APPLES, 10), "Gala apples: at most 99 of one product."),
        (SaveLine(MILK), "Milk: not there any more."),
        (
            AcceptLine(APPLES, Money(1)),
            "Gala apples: the price has changed again. Look at it and accept it anew.",
        ),
        (Undo(rev=9), "The cart has changed since, so this was not undone."),
        (SetVoucher("SESAME"), "No voucher has this code. Check it for a slip."),
    ],
)
def test_a_rejected_op_has_a_sentence(op: Op, sentence: str) -> None:
    verdict = ruling_on(op, NINETY, RISEN).verdict

    assert isinstance(verdict, No)
    assert refusal_text(verdict) == sentence


def test_rejections_that_need_a_full_or_an_empty_cart_have_sentences() -> None:
    hundred = NINETY._replace(lines={f"sku-{n}": NINETY.lines[APPLES] for n in range(100)})  # type: ignore[misc]
    verdicts = [
        ruling_on(SetLine(MILK, 1), hundred).verdict,
        ruling_on(Undo()).verdict,
        ruling_on(SetVoucher("SESAME"), TRIED).verdict,
    ]

    assert [refusal_text(verdict) for verdict in verdicts if isinstance(verdict, No)] == [
        "Milk: there are 100 products there already. Take one out first.",
        "There is nothing left to undo.",
        "Too many codes were tried. Try again in an hour.",
    ]


def test_an_expired_verdict_has_a_sentence() -> None:
    assert refusal_text(No(1, Code.EXPIRED, (), 0)) == (
        "This change was made too long ago to say what became of it. Look at your cart."
    )


def test_a_recorded_sentence_stays_unchanged() -> None:
    assert refusal_text(No(1, Code.SOLD_OUT, (), 0, "All gone.")) == "All gone."


def test_a_product_name_is_not_interpreted_as_a_template() -> None:
    assert refusal_text(No(1, Code.GONE, ("{1}",), 0)) == "{1}: no longer sold."


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        (RejectReason.STALE, "Your cart has changed. Look at it again."),
        (RejectReason.EMPTY, "Your cart is empty. Add something first."),
        (
            RejectReason.PRICE_RISE,
            "Eggs, Milk: the price has risen. Accept it, or take it out.",
        ),
        (RejectReason.SHORT, "Eggs, Milk: there are fewer left. Take fewer, or take it out."),
        (RejectReason.SOLD_OUT, "Eggs, Milk: sold out. Save it for later, or take it out."),
        (RejectReason.GONE, "Eggs, Milk: no longer sold. Take it out."),
    ],
)
def test_a_rejected_order_has_a_sentence_that_names_the_blocking_products(
    why: RejectReason, sentence: str
) -> None:
    assert rejection_text(Rejected(why, ("Eggs", "Milk"), "", Money(0))) == sentence
