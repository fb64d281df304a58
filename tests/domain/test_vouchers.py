"""Which vouchers apply, and their discount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.catalog import Money, Voucher, VoucherCode
from app.domain.ops import SetVoucher
from app.domain.vouchers import (
    ShownVoucher,
    VoucherState,
    discount,
    find_code,
    is_code,
    normalise_code,
    show_voucher,
)
from tests.examples import CATALOG, DAY_S, EMPTY, NOON, TENTH, after, catalog_with_voucher

REDUCED = after(SetVoucher(TENTH))
OF_TODAY = Voucher(TENTH, "10 % off", percent=10, starts=NOON, ends=NOON + DAY_S)


def shown(
    voucher: Voucher, subtotal: int = 1000, used: int = 0, now_s: float = NOON
) -> ShownVoucher:
    """Return the state of *voucher* on a cart."""
    cart = replace(REDUCED, used={TENTH: used})
    voucher_shown = show_voucher(cart, catalog_with_voucher(voucher), Money(subtotal), now_s)
    assert voucher_shown
    return voucher_shown


def taken_off(voucher: Voucher, subtotal: int) -> int:
    """Return the discount of *voucher* on *subtotal*."""
    return discount(shown(voucher, subtotal), catalog_with_voucher(voucher), Money(subtotal))


@pytest.mark.parametrize(
    "code", ["welcome10", "WELCOME10", " Welcome10\t", "welcome\u200b10", "\uff37elcome10"]
)
def test_case_and_surrounding_spaces_of_a_code_are_ignored(code: str) -> None:
    assert normalise_code(code) == TENTH


def test_a_hyphen_of_any_kind_is_one() -> None:
    assert normalise_code("ten\u2013off") == normalise_code("TEN\u2011OFF") == "TEN-OFF"


def test_inner_spaces_of_a_code_matter() -> None:
    assert normalise_code(" welcome 10 ") == "WELCOME 10"


@pytest.mark.parametrize(
    "typed",
    [
        "“WELCOME10”.",
        "(welcome10)",
        "WELCOME1O",
        "wELCOMEI0",
        "WE1C0MEL0",
        "\t'welc0me10',\n",
    ],
)
def test_signs_around_a_code_and_letters_that_look_alike_are_forgiven(typed: str) -> None:
    assert find_code(typed, {TENTH, VoucherCode("FIVER")}) == TENTH


def test_a_code_that_looks_like_two_is_neither_but_one_of_them_is_found() -> None:
    codes = {VoucherCode("OIL"), VoucherCode("01L")}

    assert find_code("0il", codes) is None
    assert find_code("oil", codes) == "OIL"
    assert find_code("", codes) is find_code("...", codes) is None


def test_a_code_of_signs_takes_no_longer_than_its_length_asks_for() -> None:
    assert find_code(f"a{'_' * 100_000}a", {TENTH}) is None


def test_a_cart_without_a_voucher_shows_none() -> None:
    assert show_voucher(EMPTY, CATALOG, Money(1000), NOON) is None
    assert discount(None, CATALOG, Money(1000)) == 0


def test_a_voucher_is_shown_with_its_label() -> None:
    assert shown(OF_TODAY) == ShownVoucher(TENTH, "10 % off", VoucherState.OK)


@pytest.mark.parametrize(
    ("now_s", "state"),
    [
        (NOON - 0.5, VoucherState.NOT_YET),
        (NOON, VoucherState.OK),
        (NOON + DAY_S - 0.5, VoucherState.OK),
        (NOON + DAY_S, VoucherState.EXPIRED),
    ],
)
def test_a_voucher_applies_from_its_start_until_just_before_its_end(
    now_s: float, state: VoucherState
) -> None:
    assert shown(OF_TODAY, now_s=now_s).state is state


def test_a_voucher_without_dates_applies_at_any_time() -> None:
    for now_s in (0, NOON, 10 * NOON):
        assert shown(Voucher(TENTH, ""), now_s=now_s).state is VoucherState.OK


@pytest.mark.parametrize(
    ("subtotal", "state"), [(1999, VoucherState.BELOW_MINIMUM), (2000, VoucherState.OK)]
)
def test_a_voucher_applies_from_its_minimum_on(subtotal: int, state: VoucherState) -> None:
    assert shown(Voucher(TENTH, "", minimum=Money(2000)), subtotal).state is state


def test_a_voucher_without_a_minimum_applies_to_any_subtotal() -> None:
    assert shown(Voucher(TENTH, ""), subtotal=0).state is VoucherState.OK


@pytest.mark.parametrize(
    ("uses_left", "state"),
    [(1, VoucherState.OK), (0, VoucherState.USED_UP), (None, VoucherState.OK)],
)
def test_a_voucher_applies_while_uses_are_left(uses_left: int | None, state: VoucherState) -> None:
    assert shown(Voucher(TENTH, "", uses_left=uses_left), used=9).state is state


@pytest.mark.parametrize(
    ("used", "state"), [(0, VoucherState.OK), (1, VoucherState.OK), (2, VoucherState.USED)]
)
def test_a_voucher_is_limited_per_account(used: int, state: VoucherState) -> None:
    assert shown(Voucher(TENTH, "", uses_each=2), used=used).state is state


def test_the_uses_of_another_voucher_do_not_count() -> None:
    cart = replace(REDUCED, used={VoucherCode("FIVER"): 5})
    once = catalog_with_voucher(Voucher(TENTH, "", uses_each=1))

    voucher_shown = show_voucher(cart, once, Money(1000), NOON)

    assert voucher_shown
    assert voucher_shown.state is VoucherState.OK


@pytest.mark.parametrize(
    ("voucher", "state"),
    [
        (Voucher(TENTH, "", starts=NOON + 1, paused=True), VoucherState.EXPIRED),
        (Voucher(TENTH, "", starts=NOON + 1, uses_left=0), VoucherState.NOT_YET),
        (Voucher(TENTH, "", ends=NOON, uses_left=0, uses_each=0), VoucherState.EXPIRED),
        (Voucher(TENTH, "", uses_left=0, uses_each=0), VoucherState.USED_UP),
        (Voucher(TENTH, "", uses_each=0, minimum=Money(9999)), VoucherState.USED),
    ],
    ids=["paused", "not yet", "expired", "used up", "used"],
)
def test_the_reason_shown_is_the_one_that_the_shopper_can_change_least(
    voucher: Voucher, state: VoucherState
) -> None:
    assert shown(voucher).state is state


def test_a_withdrawn_voucher_is_expired_and_gives_no_discount() -> None:
    bare = CATALOG._replace(vouchers={})

    voucher_shown = show_voucher(REDUCED, bare, Money(1000), NOON)

    assert voucher_shown == ShownVoucher(TENTH, TENTH, VoucherState.EXPIRED)
    assert discount(voucher_shown, bare, Money(1000)) == 0


@pytest.mark.parametrize(
    ("subtotal", "off"), [(0, 0), (9, 0), (10, 1), (199, 19), (200, 20), (1000, 100)]
)
def test_a_percentage_is_rounded_down_to_whole_minor_units(subtotal: int, off: int) -> None:
    assert taken_off(Voucher(TENTH, "", percent=10), subtotal) == off


@pytest.mark.parametrize(("subtotal", "off"), [(499, 499), (500, 500), (501, 500)])
def test_an_amount_is_subtracted_but_never_more_than_the_subtotal(subtotal: int, off: int) -> None:
    assert taken_off(Voucher(TENTH, "", amount=Money(500)), subtotal) == off


def test_a_percentage_and_an_amount_add_up() -> None:
    assert taken_off(Voucher(TENTH, "", percent=10, amount=Money(50)), 1000) == 150


@pytest.mark.parametrize(
    "voucher",
    [
        Voucher(TENTH, "", percent=10, starts=NOON + 1),
        Voucher(TENTH, "", percent=10, ends=NOON),
        Voucher(TENTH, "", percent=10, uses_left=0),
        Voucher(TENTH, "", percent=10, uses_each=0),
        Voucher(TENTH, "", percent=10, minimum=Money(1001)),
    ],
    ids=["not yet", "expired", "used up", "used", "below its minimum"],
)
def test_a_voucher_that_does_not_apply_gives_no_discount(voucher: Voucher) -> None:
    assert taken_off(voucher, 1000) == 0


@given(st.integers(0, 100), st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_discount_never_exceeds_the_subtotal(percent: int, amount: int, subtotal: int) -> None:
    off = taken_off(Voucher(TENTH, "", percent=percent, amount=Money(amount)), subtotal)

    assert 0 <= off <= subtotal
    assert off == min(subtotal, amount + int(subtotal * percent / 100 + 1e-9))


@pytest.mark.parametrize(
    ("code", "may_be"),
    [("WELCOME10", True), ("A-1", True), ("-A", False), ("", False), ("A" * 41, False)],
)
def test_a_code_has_letters_digits_and_hyphens(code: str, may_be: bool) -> None:  # noqa: FBT001
    assert is_code(VoucherCode(code)) is may_be
