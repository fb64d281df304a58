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
    """Return *cart* after so many unknown codes."""
    return after(*[WRONG] * times, cart=cart, now_s=now_s)


@pytest.mark.parametrize("text", ["Leave it at the door", "", " Ring twice", "ring twice"])
def test_a_note_is_kept_unchanged(text: str) -> None:
    ruling = ruling_on(SetNote(text), NOTED)

    assert ruling.verdict == Ok(2, rev=2)
    assert ruling.patch == Patch(2, note=text)
    assert ruling.cart.note == text


def test_the_same_note_again_changes_nothing() -> None:
    ruling = ruling_on(SetNote("Ring twice"), NOTED)

    assert ruling.verdict == Ok(2, rev=1)
    assert ruling.patch is None


@pytest.mark.parametrize("code", ["WELCOME10", "welcome10", "  Welcome10\n"])
def test_a_voucher_code_ignores_case_and_surrounding_spaces(code: str) -> None:
    ruling = ruling_on(SetVoucher(code))

    assert ruling.verdict == Ok(1, rev=1)
    assert ruling.patch == Patch(1, voucher=TENTH)
    assert ruling.cart.voucher == TENTH


def test_another_voucher_replaces_the_first() -> None:
    assert granted(SetVoucher(FIVER), REDUCED).voucher == FIVER


def test_a_voucher_is_removed() -> None:
    ruling = ruling_on(SetVoucher(None), REDUCED)

    assert ruling.verdict == Ok(2, rev=2)
    assert ruling.patch == Patch(2, voucher=VoucherCode(""))
    assert ruling.cart.voucher == ""


@pytest.mark.parametrize(
    ("cart", "op"),
    [(REDUCED, SetVoucher(" welcome10 ")), (EMPTY, SetVoucher(None))],
    ids=["the same one again", "off where there is none"],
)
def test_setting_the_same_voucher_changes_nothing(cart: Cart, op: SetVoucher) -> None:
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
def test_a_known_code_that_does_not_apply_now_is_accepted(voucher: Voucher) -> None:
    assert granted(SetVoucher(TENTH), catalog=catalog_with_voucher(voucher)).voucher == TENTH


@pytest.mark.parametrize("code", ["SESAME", "", "   ", "WELCOME 10"])
def test_an_unknown_code_is_rejected_and_keeps_the_voucher(code: str) -> None:
    assert refused(SetVoucher(code), REDUCED) is Code.BAD_VOUCHER
    assert after(SetVoucher(code), cart=REDUCED).voucher == TENTH


def test_after_ten_wrong_codes_in_an_hour_even_a_valid_code_is_rejected() -> None:
    assert refused(WRONG, guessed(9)) is Code.BAD_VOUCHER
    assert refused(WRONG, guessed(10)) is Code.TOO_MANY_TRIES
    assert refused(SetVoucher(TENTH), guessed(10)) is Code.TOO_MANY_TRIES


def test_a_code_rejected_unchecked_is_not_counted_as_a_try() -> None:
    assert guessed(12).tries == guessed(10).tries == (NOON,) * 10


def test_valid_codes_are_not_counted_as_tries() -> None:
    nine_wrong = after(SetVoucher(TENTH), SetVoucher(FIVER), cart=guessed(9))

    assert refused(WRONG, nine_wrong) is Code.BAD_VOUCHER


def test_a_voucher_can_be_removed_after_any_number_of_tries() -> None:
    assert granted(SetVoucher(None), guessed(10, REDUCED)).voucher == ""


def test_a_try_counts_for_an_hour() -> None:
    tired = guessed(9, guessed(1), now_s=NOON + 60)

    assert refused(WRONG, tired, now_s=NOON + HOUR_S - 1) is Code.TOO_MANY_TRIES
    assert refused(WRONG, tired, now_s=NOON + HOUR_S) is Code.BAD_VOUCHER
    assert guessed(1, tired, NOON + HOUR_S).tries == (NOON + 60,) * 9 + (NOON + HOUR_S,)


def test_a_bad_op_is_rejected_and_the_rejection_recorded() -> None:
    ruling = ruling_on(BadOp(), after(AddLine(APPLES, 1)))

    assert isinstance(ruling.verdict, No)
    assert (ruling.verdict.n, ruling.verdict.code, ruling.verdict.rev) == (2, Code.BAD_OP, 1)
    assert ruling.patch is None
