"""Positions (protocol.md §4, "Position")."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.ops import AddLine, SetLine, SetVoucher, Undo
from app.domain.position import DIVERGENCES, SnapshotReason, position, snapshot_reason
from tests.domain.op_examples import OpSequence, some_sequence
from tests.examples import APPLES, EMPTY, after, granted, ruling_on

CART = after(AddLine(APPLES, 1), AddLine(APPLES, 1))
SUM = position(CART).split(".")[2]


def test_a_position_names_the_epoch_the_revision_and_the_content() -> None:
    assert position(EMPTY) == "7c1d.0.0000000000000000"
    assert position(replace(CART, content=0xABC)) == "7c1d.2.0000000000000abc"
    assert position(CART) == f"7c1d.2.{CART.content:016x}"


def test_the_position_of_a_cart_does_not_depend_on_outbox_or_node() -> None:
    one = granted(SetLine(APPLES, 2), after(AddLine(APPLES, 1)))

    assert position(one) == position(CART)


def test_a_refusal_does_not_move_the_position() -> None:
    assert position(ruling_on(SetVoucher("SESAME"), CART).cart) == position(CART)


def test_a_tab_at_the_current_position_needs_no_snapshot() -> None:
    assert snapshot_reason(position(CART), CART) is None
    assert snapshot_reason(position(EMPTY), EMPTY) is None


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (None, SnapshotReason.FIRST),
        ("", SnapshotReason.BAD),
        ("yesterday", SnapshotReason.BAD),
        (f"7c1d.2.{SUM} ", SnapshotReason.BAD),
        (f"7c1d.2.{SUM}\n", SnapshotReason.BAD),
        (f"7C1D.2.{SUM}", SnapshotReason.BAD),
        (f"7c1d.02.{SUM}", SnapshotReason.BAD),
        (f"7c1d.-2.{SUM}", SnapshotReason.BAD),
        (f"7c1d.٢.{SUM}", SnapshotReason.BAD),
        (f"7c1d.2.{SUM}0", SnapshotReason.BAD),
        (f"7c1d.2.{SUM[:15]}", SnapshotReason.BAD),
        (f"7c1d.2.{SUM}.2", SnapshotReason.BAD),
        (f".2.{SUM}", SnapshotReason.BAD),
        (f"7c1d.12345678901234567.{SUM}", SnapshotReason.BAD),
        (f"7c1e.2.{SUM}", SnapshotReason.EPOCH),
        (f"7c1e.3.{SUM}", SnapshotReason.EPOCH),
        (f"07c1d.2.{SUM}", SnapshotReason.EPOCH),
        (f"7c1d.3.{SUM}", SnapshotReason.FUTURE),
        (f"7c1d.1234567890123456.{SUM}", SnapshotReason.FUTURE),
        (f"7c1d.1.{SUM}", SnapshotReason.BEHIND),
        (f"7c1d.0.{SUM}", SnapshotReason.BEHIND),
        ("7c1d.2.0000000000000000", SnapshotReason.FORK),
    ],
)
def test_a_snapshot_has_the_reason(at: str | None, why: SnapshotReason) -> None:
    assert snapshot_reason(at, CART) is why


def test_only_the_reasons_future_and_fork_are_divergences() -> None:
    assert {SnapshotReason.FUTURE, SnapshotReason.FORK} == DIVERGENCES


@given(some_sequence)
def test_a_tab_that_stayed_at_an_older_revision_is_behind(sequence: OpSequence) -> None:
    changed = [ruling.cart for *_, ruling in sequence.steps() if ruling.patch]

    for older, newer in pairwise(changed):
        assert snapshot_reason(position(older), newer) is SnapshotReason.BEHIND
        assert snapshot_reason(position(newer), older) is SnapshotReason.FUTURE
        assert snapshot_reason(position(newer), newer) is None


@given(st.integers(0, len(position(CART)) - 1), st.characters())
def test_a_tampered_position_does_not_match_the_cart(index: int, character: str) -> None:
    at = position(CART)
    other = at[:index] + character + at[index + 1 :]

    assert (snapshot_reason(other, CART) is None) == (other == at)


def test_an_undo_has_a_new_position_with_the_same_content() -> None:
    back = after(AddLine(APPLES, 1), Undo(), cart=CART)

    assert position(back) == f"7c1d.4.{SUM}"
