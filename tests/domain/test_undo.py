"""Undo, newest change first (protocol.md §3, `undo`)."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from app.domain.cart import Cart, Line, Patch
from app.domain.catalog import Catalog, Money
from app.domain.ops import (
    AcceptLine,
    AddLine,
    Op,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    Undo,
    UnsaveLine,
)
from app.domain.rules import rule
from app.domain.verdicts import Code, Ok
from tests.domain.op_examples import (
    CATALOGS,
    OpOnDay,
    OpSequence,
    Picture,
    some_ops_on_days,
    some_sequence,
    what_shows,
)
from tests.examples import (
    APPLES,
    CATALOG,
    EMPTY,
    FIVER,
    MILK,
    NOON,
    TENTH,
    THERE,
    after,
    catalog_with,
    granted,
    ref,
    refused,
    ruling_on,
)

BEFORE = after(
    AddLine(MILK, 2),
    SaveLine(MILK),
    AddLine(APPLES, 3),
    AddLine(MILK, 1),
    SetNote("Ring twice"),
    SetVoucher(TENTH),
)
DEARER = catalog_with(APPLES, price=240)
EACH_KIND = [
    AddLine(APPLES, 1),
    SetLine(APPLES, 9),
    SetLine(APPLES, 0),
    AcceptLine(APPLES, Money(240)),
    SaveLine(APPLES),
    SaveLine(MILK),
    UnsaveLine(MILK),
    SetNote(""),
    SetNote("Ring once"),
    SetVoucher(None),
    SetVoucher(FIVER),
]


@pytest.mark.parametrize("op", EACH_KIND, ids=str)
@pytest.mark.parametrize(
    "catalog",
    [CATALOG, catalog_with(APPLES, stock=0), catalog_with(APPLES, sold=False, price=9)],
    ids=["same shelf", "sold out", "gone"],
)
def test_an_undo_restores_the_line_whatever_the_catalogue(op: Op, catalog: Catalog) -> None:
    changed = granted(op, BEFORE, DEARER)
    assert what_shows(changed) != what_shows(BEFORE)

    undone = granted(Undo(), changed, catalog)

    assert what_shows(undone) == what_shows(BEFORE)
    assert undone.content == BEFORE.content
    assert undone.rev == changed.rev + 1 == BEFORE.rev + 2


def test_an_undo_restores_the_place_of_a_line() -> None:
    cart = after(AddLine(APPLES, 1), AddLine(MILK, 1), SetLine(APPLES, 0), Undo())

    assert (cart.lines[APPLES].pos, cart.lines[MILK].pos) == (1, 2)


def test_an_undone_place_is_not_used_again() -> None:
    cart = after(AddLine(APPLES, 1), Undo(), AddLine(APPLES, 1))

    assert cart.lines[APPLES].pos == 2


def test_an_undo_touches_only_what_the_change_touched() -> None:
    ruling = ruling_on(Undo(), after(SetLine(APPLES, 9), cart=BEFORE))

    assert ruling.patch
    assert ruling.patch == Patch(8, {APPLES: BEFORE.lines[APPLES]})
    assert ruling.verdict == Ok(8, rev=8)


def test_an_undo_is_not_itself_undone() -> None:
    cart = after(AddLine(APPLES, 1), AddLine(MILK, 1), Undo(), Undo())

    assert cart.lines == {}
    assert refused(Undo(), cart) is Code.NOTHING_TO_UNDO


def test_a_tab_can_undo_the_change_of_another() -> None:
    added = granted(AddLine(APPLES, 1))

    undone = rule(added, ref(added, THERE), Undo(), CATALOG, NOON)

    assert undone.verdict == Ok(1, rev=2)
    assert undone.cart.lines == {}


@pytest.mark.parametrize("op", [SetLine(MILK, 0), AddLine(MILK, 1), SetVoucher("WRONG")])
def test_an_op_without_effect_adds_no_undo_step(op: Op) -> None:
    tried = after(op, cart=after(AddLine(APPLES, 1)), catalog=catalog_with(MILK, stock=0))

    assert granted(Undo(), tried).lines == {}


def test_with_a_revision_only_the_change_that_made_it_is_undone() -> None:
    cart = after(AddLine(APPLES, 1), AddLine(MILK, 1))

    assert refused(Undo(rev=1), cart) is Code.MOVED
    assert refused(Undo(rev=3), cart) is Code.MOVED
    assert set(granted(Undo(rev=2), cart).lines) == {APPLES}


def test_after_an_undo_the_change_before_it_has_still_its_own_revision() -> None:
    cart = after(AddLine(APPLES, 1), AddLine(MILK, 1), Undo())

    assert refused(Undo(rev=2), cart) is Code.MOVED
    assert refused(Undo(rev=3), cart) is Code.MOVED
    assert granted(Undo(rev=1), cart).lines == {}


def test_the_newest_ten_changes_can_be_undone_and_no_more() -> None:
    cart = after(*(SetLine(APPLES, qty) for qty in range(1, 13)))

    back = after(*[Undo()] * 10, cart=cart)

    assert back.lines[APPLES].qty == 2
    assert refused(Undo(), back) is Code.NOTHING_TO_UNDO


def test_an_undo_step_is_written_down_without_what_stays_as_it_is() -> None:
    cart = after(AddLine(APPLES, 3), SetLine(APPLES, 5), SetNote("Hi"), SaveLine(APPLES))

    assert cart.undo_stack == (
        '[1,{"gala-apples-1kg":null}]',
        '[2,{"gala-apples-1kg":[1,3,220]}]',
        '[3,{},{},"",null,1]',
        '[4,{"gala-apples-1kg":[1,5,220]},{"gala-apples-1kg":null},null,null,1]',
    )


def test_a_step_that_an_older_version_wrote_is_undone() -> None:
    old = '[1,{"gala-apples-1kg":[1,3,220]},{"milk-2l":null},"Ring twice",null]'
    cart = replace(after(AddLine(APPLES, 5)), undo_stack=(old,))

    undone = granted(Undo(), cart)

    assert undone.lines == {APPLES: Line(1, 3, Money(220))}
    assert (undone.note, undone.rev, undone.undo_stack) == ("Ring twice", 2, ())


def undo_all(cart: Cart) -> list[Picture]:
    """Return what *cart* shows, first as it is, then after each accepted undo."""
    shown = [what_shows(cart)]
    while cart.undo_stack:
        cart = granted(Undo(), cart)
        shown.append(what_shows(cart))
    return shown


@given(some_ops_on_days)
def test_undoing_again_and_again_shows_the_newest_carts_backwards(
    ops_on_days: list[OpOnDay],
) -> None:
    cart, shown = EMPTY, [what_shows(EMPTY)]
    for _, sent, _, ruling in OpSequence("empty", ops_on_days).steps():
        cart = ruling.cart
        if isinstance(sent.op, Undo) and ruling.patch:
            shown.pop()
        elif ruling.patch:
            shown = [*shown[-10:], what_shows(cart)]

    assert undo_all(cart) == shown[::-1]


@given(some_sequence)
def test_any_change_can_be_undone_by_its_revision(sequence: OpSequence) -> None:
    for before, sent, _, ruling in sequence.steps():
        if ruling.patch and not isinstance(sent.op, Undo):
            undone = granted(Undo(ruling.verdict.rev), ruling.cart, CATALOGS[sent.day])
            assert what_shows(undone) == what_shows(before)
            assert undone.content == before.content
            assert undone.undo_stack == before.undo_stack[-9:]
