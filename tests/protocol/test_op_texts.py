"""Every code of a refusal has a sentence, with names and limits in it."""

import pytest
from msgspec.structs import replace

from app.domain.catalog import Money, ProductText
from app.domain.languages import ENGLISH
from app.domain.ops import AcceptLine, AddLine, BadOp, Op, SaveLine, SetLine, SetVoucher, Undo
from app.domain.placing import Rejected, RejectReason
from app.domain.totals import LineState
from app.domain.verdicts import Code, No
from app.protocol.op_texts import blocked_texts, refusal_text, rejection_text
from tests.examples import (
    APPLES,
    CATALOG,
    CHINESE,
    CIDER,
    EGGS,
    GHOST,
    MILK,
    NOON,
    after,
    catalog_with,
    ruling_on,
)

NINETY = after(AddLine(APPLES, 90))
RISEN = catalog_with(APPLES, price=300)
BLOCKING = (CATALOG.products[EGGS], CATALOG.products[MILK])
TRIED = replace(NINETY, tries=(NOON - 1,) * 10)


@pytest.mark.parametrize(
    ("op", "sentence"),
    [
        (BadOp(), "We could not understand this change. Nothing was changed."),
        (AddLine(GHOST, 1), "We have no product called “ghost”."),
        (AddLine(CIDER, 1), "We no longer sell Cider."),
        (AddLine(EGGS, 1), "Eggs: no more available."),
        (AddLine(APPLES, 10), "Gala apples: you can have at most 99 of one product."),
        (SaveLine(MILK), "Milk is no longer in this list."),
        (
            AcceptLine(APPLES, Money(1)),
            "Gala apples: the price has changed again. Check the new price, then accept it.",
        ),
        (Undo(rev=9), "Your cart has changed since then, so this could not be undone."),
        (SetVoucher("SESAME"), "We do not recognise this voucher code. Check it and try again."),
    ],
)
def test_a_rejected_op_has_a_sentence(op: Op, sentence: str) -> None:
    verdict = ruling_on(op, NINETY, RISEN).verdict

    assert isinstance(verdict, No)
    assert refusal_text(verdict, ENGLISH) == sentence


def test_rejections_that_need_a_full_or_an_empty_cart_have_sentences() -> None:
    hundred = replace(NINETY, lines={f"sku-{n}": NINETY.lines[APPLES] for n in range(100)})
    verdicts = [
        ruling_on(SetLine(MILK, 1), hundred).verdict,
        ruling_on(Undo()).verdict,
        ruling_on(SetVoucher("SESAME"), TRIED).verdict,
    ]

    assert [refusal_text(verdict, ENGLISH) for verdict in verdicts if isinstance(verdict, No)] == [
        "Milk: this list is full with 100 products. Remove one first.",
        "There is nothing to undo.",
        "You have tried too many codes. Try again in an hour.",
    ]


def test_an_expired_verdict_has_a_sentence() -> None:
    assert refusal_text(No(1, Code.EXPIRED, (), 0), ENGLISH) == (
        "This change is too old for us to tell whether it was saved. Please check your cart."
    )


def test_a_recorded_sentence_stays_unchanged() -> None:
    assert refusal_text(No(1, Code.SOLD_OUT, (), 0, "All gone."), ENGLISH) == "All gone."


def test_a_product_name_is_not_interpreted_as_a_template() -> None:
    assert (
        refusal_text(No(1, Code.GONE, ("%(most)s",), 0), ENGLISH) == "We no longer sell %(most)s."
    )


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        (RejectReason.STALE, "Your cart has changed. Please check it and try again."),
        (RejectReason.EMPTY, "Your cart is empty. Add something first."),
        (
            RejectReason.PRICE_RISE,
            "Eggs, Milk: the price has gone up. Accept the new price, or remove it.",
        ),
        (
            RejectReason.SHORT,
            "Eggs, Milk: there are not enough left. Reduce the quantity, or remove it.",
        ),
        (
            RejectReason.SOLD_OUT,
            "Eggs, Milk: sold out. Save it for later, or remove it.",
        ),
        (RejectReason.GONE, "Eggs, Milk: no longer sold. Remove it."),
        (RejectReason.BELOW_MINIMUM, "Add something for ¤4.20: there is a minimum order."),
    ],
)
def test_a_rejected_order_has_a_sentence_that_names_the_blocking_products(
    why: RejectReason, sentence: str
) -> None:
    assert rejection_text(Rejected(why, BLOCKING, "", Money(0), Money(420)), ENGLISH) == sentence


def test_a_rejected_order_is_explained_in_the_language_with_its_names_and_commas() -> None:
    named = catalog_with(EGGS, texts={CHINESE: ProductText("雞蛋")}).products[EGGS]
    rejected = Rejected(RejectReason.GONE, (named, CATALOG.products[MILK]), "", Money(0))

    assert rejection_text(rejected, CHINESE) == "雞蛋、Milk：已停售，請將其移除。"


def test_what_blocks_an_order_is_said_by_the_state_of_a_line() -> None:
    texts = blocked_texts("{0}", ENGLISH)

    assert texts["gone"] == "{0}: no longer sold. Remove it."
    assert texts.keys() == {"empty", *LineState} - {LineState.OK}
