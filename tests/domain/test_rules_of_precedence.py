"""The precedence of refusals (protocol.md §3)."""

import pytest
from msgspec.structs import replace

from app.domain.cart import Cart
from app.domain.catalog import Catalog, Money
from app.domain.ops import AcceptLine, AddLine, BadOp, Op, SaveLine, SetLine, Undo, UnsaveLine
from app.domain.outbox import OpRef
from app.domain.rules import rule
from app.domain.verdicts import Code, No
from tests.domain.large_carts import ALL_SAVED, CROWDED_CATALOG, FULL, ONE_MORE
from tests.examples import (
    APPLES,
    CATALOG,
    CIDER,
    EGGS,
    EMPTY,
    GHOST,
    HERE,
    MILK,
    NOON,
    TENTH,
    after,
    catalog_with,
    refused,
    ruling_on,
)

NINETY = after(AddLine(APPLES, 90))
NO_APPLES = catalog_with(APPLES, stock=0)
NEVER_APPLES = catalog_with(APPLES, stock=0, price=300, sold=False)
FULL_OF = catalog_with(ONE_MORE, CROWDED_CATALOG, stock=0)
NEVER_MORE = catalog_with(ONE_MORE, CROWDED_CATALOG, stock=0, sold=False)


@pytest.mark.parametrize(
    ("op", "cart", "catalog", "code"),
    [
        (SetLine(GHOST, 100), FULL, CROWDED_CATALOG, Code.UNKNOWN_SKU),
        (AddLine(ONE_MORE, 100), FULL, NEVER_MORE, Code.GONE),
        (AddLine(ONE_MORE, 100), FULL, FULL_OF, Code.LINE_LIMIT),
        (AddLine(ONE_MORE, 1), FULL, FULL_OF, Code.LINE_LIMIT),
        (AddLine(APPLES, 10), NINETY, NEVER_APPLES, Code.GONE),
        (AddLine(APPLES, 10), NINETY, NO_APPLES, Code.QTY_LIMIT),
        (AddLine(APPLES, 9), NINETY, NO_APPLES, Code.SOLD_OUT),
        (AcceptLine(CIDER, Money(1)), EMPTY, CATALOG, Code.GONE),
        (AcceptLine(APPLES, Money(1)), NINETY, NEVER_APPLES, Code.GONE),
        (SaveLine(ONE_MORE), ALL_SAVED, CROWDED_CATALOG, Code.NOT_IN_CART),
        (UnsaveLine(ONE_MORE), FULL, CROWDED_CATALOG, Code.NOT_IN_CART),
        (UnsaveLine(EGGS), EMPTY, CATALOG, Code.NOT_IN_CART),
        (Undo(rev=7), EMPTY, CATALOG, Code.NOTHING_TO_UNDO),
    ],
    ids=[
        "unknown before too many",
        "gone before no room, too many and none",
        "no room before too many and none",
        "no room before none",
        "gone before too many",
        "too many before none",
        "none, with nothing before it",
        "gone before not in the cart",
        "gone before another price",
        "not in the cart before no room among the saved",
        "not saved before no room in the cart",
        "not saved before none",
        "nothing to undo before another change",
    ],
)
def test_the_code_of_a_rejection(op: Op, cart: Cart, catalog: Catalog, code: Code) -> None:
    assert refused(op, cart, catalog) is code


@pytest.mark.parametrize(
    ("op", "name"),
    [
        (AddLine(GHOST, 1), "ghost"),
        (AddLine(CIDER, 1), "Cider"),
        (AddLine(EGGS, 1), "Eggs"),
        (AddLine(MILK, 100), "Milk"),
        (SaveLine(MILK), "Milk"),
        (AcceptLine(APPLES, Money(1)), "Gala apples"),
    ],
    ids=["unknown", "gone", "sold out", "too many", "not there", "another price"],
)
def test_a_rejection_names_the_product(op: Op, name: str) -> None:
    verdict = ruling_on(op, NINETY, catalog_with(APPLES, price=300)).verdict

    assert isinstance(verdict, No)
    assert verdict.args[0] == name


@pytest.mark.parametrize("op", [BadOp(), AddLine(GHOST, 1), Undo(rev=9)])
def test_a_rejection_has_the_number_of_its_op_and_the_unchanged_revision(op: Op) -> None:
    verdict = rule(NINETY, OpRef(HERE, 2, "body"), op, CATALOG, NOON).verdict

    assert (verdict.n, verdict.rev) == (2, 1)


@pytest.mark.parametrize("op", [BadOp(), AddLine(APPLES, 1), SetLine(APPLES, 90)])
def test_an_op_changes_only_its_own_line_or_field(op: Op) -> None:
    lived = replace(NINETY, version=4, tries=(NOON,), used={TENTH: 2}, saved=NINETY.lines)

    ruled = ruling_on(op, lived).cart

    kept = ("account", "epoch", "version", "saved", "note", "voucher", "tries", "used")
    assert [getattr(ruled, name) for name in kept] == [getattr(lived, name) for name in kept]
