"""Setting the note and the voucher (protocol.md §3)."""

import pytest

from app.domain.cart import Cart, Patch
from app.domain.catalog import Money, Voucher, VoucherCode
from app.domain.ops import AddLine, BadOp, SetNote, SetVoucher
from app.domain.verdicts import Code, No, Ok
from tests.examples import (
    APPLES,
    EMPTY,
    FIVER,
    NOON,
    TENTH,
    after,
    catalog_with_voucher,
    granted,
    refused,
    ruling_on,
)

HOUR_S = 3600
WRONG = SetVoucher("SESAME")
NOTED = after(SetNote("Ring twice"))
REDUCED = after(SetVoucher(TENTH))


def guessed(times: int, cart: Cart = EMPTY, now_s: float = NOON) -> Cart:
    """Return *cart* after so many wrong codes."""
    return after(*[WRONG] * times, cart=cart, now_s=now_s)


@pytest.mark.parametrize("text", ["Leave it at the door", "", " Ring twice", "ring twice"])
def test_a_note_is_kept_as_it_is_written(text: str) -> None:
    ruling = ruling_on(SetNote(text), NOTED)

    assert ruling.verdict == Ok(2, rev=2)
    assert ruling.patch == Patch(2, note=text)
    assert ruling.cart.note == text


def test_the_same_note_again_changes_nothing() -> None:
    ruling = ruling_on(SetNote("Ring twice"), NOTED)

    assert ruling.verdict == Ok(2, rev=1)
    assert ruling.patch is None


@pytest.mark.parametrize("code", ["WELCOME10", "welcome10", "  Welcome10\n"])
def test_a_voucher_is_known_by_its_code_whatever_the_case_and_outer_spaces(code: str) -> None:
    ruling = ruling_on(SetVoucher(code))

    assert ruling.verdict == Ok(1, rev=1)
    assert ruling.patch == Patch(1, voucher=TENTH)
    assert ruling.cart.voucher == TENTH


def test_another_voucher_takes_the_place_of_the_first() -> None:
    assert granted(SetVoucher(FIVER), REDUCED).voucher == FIVER


def test_a_voucher_is_taken_off() -> None:
    ruling = ruling_on(SetVoucher(None), REDUCED)

    assert ruling.verdict == Ok(2, rev=2)
    assert ruling.patch == Patch(2, voucher=VoucherCode(""))
    assert ruling.cart.voucher == ""


@pytest.mark.parametrize(
    ("cart", "op"),
    [(REDUCED, SetVoucher(" welcome10 ")), (EMPTY, SetVoucher(None))],
    ids=["the same one again", "off where there is none"],
)
def test_a_voucher_that_is_so_already_changes_nothing(cart: Cart, op: SetVoucher) -> None:
    ruling = ruling_on(op, cart)

    assert isinstance(ruling.verdict, Ok)
    assert ruling.verdict.rev == cart.rev
    assert ruling.patch is None


@pytest.mark.parametrize(
    "voucher",
    [
        Voucher(TENTH, "", starts=NOON + 1),
        Voucher(TENTH, "", ends=NOON - 1),
        Voucher(TENTH, "", uses_left=0),
        Voucher(TENTH, "", uses_each=0),
        Voucher(TENTH, "", minimum=Money(99)),
    ],
    ids=["not yet", "expired", "used up", "used", "below its minimum"],
)
def test_a_known_code_that_does_not_count_just_now_is_ok(voucher: Voucher) -> None:
    assert granted(SetVoucher(TENTH), catalog=catalog_with_voucher(voucher)).voucher == TENTH


@pytest.mark.parametrize("code", ["SESAME", "", "   ", "WELCOME 10"])
def test_a_code_that_nobody_made_is_refused_and_leaves_the_voucher(code: str) -> None:
    assert refused(SetVoucher(code), REDUCED) is Code.BAD_VOUCHER
    assert after(SetVoucher(code), cart=REDUCED).voucher == TENTH


def test_after_ten_wrong_codes_in_an_hour_even_the_right_one_is_not_looked_at() -> None:
    assert refused(WRONG, guessed(9)) is Code.BAD_VOUCHER
    assert refused(WRONG, guessed(10)) is Code.TOO_MANY_TRIES
    assert refused(SetVoucher(TENTH), guessed(10)) is Code.TOO_MANY_TRIES


def test_what_was_not_looked_at_does_not_count_as_tried() -> None:
    assert guessed(12).tries == guessed(10).tries == (NOON,) * 10


def test_right_codes_do_not_count_as_tried() -> None:
    nine_wrong = after(SetVoucher(TENTH), SetVoucher(FIVER), cart=guessed(9))

    assert refused(WRONG, nine_wrong) is Code.BAD_VOUCHER


def test_a_voucher_can_be_taken_off_after_any_number_of_tries() -> None:
    assert granted(SetVoucher(None), guessed(10, REDUCED)).voucher == ""


def test_a_try_counts_for_an_hour() -> None:
    tired = guessed(9, guessed(1), now_s=NOON + 60)

    assert refused(WRONG, tired, now_s=NOON + HOUR_S - 1) is Code.TOO_MANY_TRIES
    assert refused(WRONG, tired, now_s=NOON + HOUR_S) is Code.BAD_VOUCHER
    assert guessed(1, tired, NOON + HOUR_S).tries == (NOON + 60,) * 9 + (NOON + HOUR_S,)


def test_what_is_no_op_is_refused_and_the_refusal_recorded() -> None:
    ruling = ruling_on(BadOp(), after(AddLine(APPLES, 1)))

    assert isinstance(ruling.verdict, No)
    assert (ruling.verdict.n, ruling.verdict.code, ruling.verdict.rev) == (2, Code.BAD_OP, 1)
    assert ruling.patch is None
