"""Accounts, passwords and failed logins."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, update

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.store.accounts import (
    EmailTaken,
    PasswordChanged,
    Person,
    add_account,
    expect_password,
    find_by_email,
    find_person,
    improve_hash,
    set_name,
)
from app.store.carts import load_cart
from app.store.failures import DELETED_AFTER_S, Failures, add_failure, clear_failures, find_failures
from app.store.queries import run_query
from app.store.tables import accounts
from tests.examples import ADA, NOON
from tests.store.example_people import ADA_HERSELF, BOB, BOB_HIMSELF

pytestmark = pytest.mark.on_both

EVE = AccountId("u-eve")
HOME, WORK = "192.0.2.1", "192.0.2.2"
EMAIL = ADA_HERSELF.email


def store_email(connection: Connection, account: AccountId, email: str) -> None:
    """Store *email* as an older version did."""
    connection.execute(update(accounts).where(accounts.c.id == account).values(email=email))


def test_a_registered_account_is_found_and_has_a_cart(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)

    assert run_query(engine, find_by_email, BOB_HIMSELF.email) == BOB_HIMSELF
    assert run_query(engine, load_cart, BOB) == Cart(BOB, "0b0b")


@pytest.mark.parametrize("spelled", ["ADA@SHOP.EXAMPLE", "Ada@Shop.Example", EMAIL])
def test_e_mail_addresses_are_compared_without_case(engine: Engine, spelled: str) -> None:
    assert run_query(engine, find_by_email, spelled) == ADA_HERSELF


@pytest.mark.parametrize(
    "spelled", ["anna@bücher.example", "anna@XN--BCHER-KVA.example", "anna@bu\u0308cher.example"]
)
def test_an_address_with_a_domain_of_other_letters_is_one_account(
    engine: Engine, spelled: str
) -> None:
    anna = replace(BOB_HIMSELF, email="anna@bücher.example")
    run_query(engine, add_account, anna, "0b0b", NOON)

    found = run_query(engine, find_by_email, spelled)

    assert found
    assert found.account == BOB
    assert found.email == "anna@xn--bcher-kva.example"
    with pytest.raises(EmailTaken):
        run_query(engine, add_account, replace(anna, account=EVE, email=spelled), "0c0c", NOON)


def test_an_account_with_a_spelling_of_an_older_version_is_found_by_that_spelling(
    engine: Engine,
) -> None:
    """Two accounts may differ in nothing else, since older versions took them for two."""
    run_query(engine, add_account, replace(BOB_HIMSELF, email="anna@bücher.example"), "0b", NOON)
    older = replace(BOB_HIMSELF, account=EVE, email="eve@shop.example")
    run_query(engine, add_account, older, "0c0c", NOON)
    run_query(engine, store_email, EVE, "anna@bücher.example")

    found = {
        spelled: run_query(engine, find_by_email, spelled)
        for spelled in ("anna@bücher.example", "anna@xn--bcher-kva.example")
    }

    assert [person and person.account for person in found.values()] == [EVE, BOB]


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

    run_query(engine, improve_hash, ADA, "a better hash")

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

    run_query(engine, improve_hash, ADA, "a better hash")

    with pytest.raises(PasswordChanged):
        run_query(engine, expect_password, ADA_HERSELF)
    with pytest.raises(PasswordChanged):
        run_query(engine, expect_password, BOB_HIMSELF)
