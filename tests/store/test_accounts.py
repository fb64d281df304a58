"""Accounts, passwords and failed logins."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from app.domain.cart import Cart
from app.store.accounts import (
    DELETED_AFTER_S,
    EmailTaken,
    Failures,
    PasswordChanged,
    Person,
    add_account,
    add_failure,
    clear_failures,
    expect_password,
    find_by_email,
    find_failures,
    find_person,
    set_name,
    set_password_hash,
)
from app.store.carts import load_cart
from app.store.database import run_query
from tests.examples import ADA, NOON
from tests.store.example_people import ADA_HERSELF, BOB, BOB_HIMSELF

pytestmark = pytest.mark.on_both

HOME, WORK = "192.0.2.1", "192.0.2.2"
EMAIL = ADA_HERSELF.email


def test_a_registered_account_is_found_and_has_a_cart(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)

    assert run_query(engine, find_by_email, BOB_HIMSELF.email) == BOB_HIMSELF
    assert run_query(engine, load_cart, BOB) == Cart(BOB, "0b0b")


@pytest.mark.parametrize("spelled", ["ADA@SHOP.EXAMPLE", "Ada@Shop.Example", EMAIL])
def test_e_mail_addresses_are_compared_without_case(engine: Engine, spelled: str) -> None:
    assert run_query(engine, find_by_email, spelled) == ADA_HERSELF


def test_an_unknown_email_address_finds_no_account(engine: Engine) -> None:
    assert run_query(engine, find_by_email, "eve@shop.example") is None


@pytest.mark.parametrize("spelled", [EMAIL, EMAIL.upper()])
def test_an_email_address_registers_once_and_the_second_attempt_adds_no_cart(
    engine: Engine, spelled: str
) -> None:
    second = Person(BOB, spelled, "Eve", "another hash")

    with pytest.raises(EmailTaken):
        run_query(engine, add_account, second, "0b0b", NOON)

    assert run_query(engine, find_by_email, EMAIL) == ADA_HERSELF
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)


def test_replacing_a_password_changes_no_other_account(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)

    run_query(engine, set_password_hash, ADA, "a better hash")

    ada, bob = (run_query(engine, find_by_email, who.email) for who in (ADA_HERSELF, BOB_HIMSELF))
    assert ada
    assert ada.password_hash == "a better hash"
    assert bob == BOB_HIMSELF


def test_failures_are_counted_by_account_and_address(engine: Engine) -> None:
    for now_s in (NOON, NOON + 1, NOON + 5):
        run_query(engine, add_failure, EMAIL.upper(), HOME, now_s)
    run_query(engine, add_failure, EMAIL, WORK, NOON + 2)

    assert run_query(engine, find_failures, EMAIL, HOME) == Failures(3, NOON + 5)
    assert run_query(engine, find_failures, EMAIL, WORK) == Failures(1, NOON + 2)
    assert run_query(engine, find_failures, BOB_HIMSELF.email, HOME) == Failures()


def test_a_success_forgets_the_earlier_failures_of_its_account_and_address_only(
    engine: Engine,
) -> None:
    for address in (HOME, WORK):
        run_query(engine, add_failure, EMAIL, address, NOON)

    run_query(engine, clear_failures, EMAIL.upper(), HOME)

    assert run_query(engine, find_failures, EMAIL, HOME) == Failures()
    assert run_query(engine, find_failures, EMAIL, WORK) == Failures(1, NOON)


def test_failures_are_forgotten_after_a_day(engine: Engine) -> None:
    run_query(engine, add_failure, EMAIL, HOME, NOON)

    run_query(engine, add_failure, EMAIL, WORK, NOON + DELETED_AFTER_S)
    assert run_query(engine, find_failures, EMAIL, HOME) == Failures(1, NOON)
    run_query(engine, add_failure, EMAIL, WORK, NOON + DELETED_AFTER_S + 1)

    assert run_query(engine, find_failures, EMAIL, HOME) == Failures()


def test_changing_a_name_changes_no_other_account(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)

    run_query(engine, set_name, ADA, "Ada Byron")

    assert run_query(engine, find_person, ADA) == replace(ADA_HERSELF, name="Ada Byron")
    assert run_query(engine, find_person, BOB) == BOB_HIMSELF


def test_a_password_changed_since_its_check_is_detected(engine: Engine) -> None:
    run_query(engine, expect_password, ADA_HERSELF)

    run_query(engine, set_password_hash, ADA, "a better hash")

    with pytest.raises(PasswordChanged):
        run_query(engine, expect_password, ADA_HERSELF)
    with pytest.raises(PasswordChanged):
        run_query(engine, expect_password, BOB_HIMSELF)
