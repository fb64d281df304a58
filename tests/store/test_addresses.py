"""The delivery addresses of an account."""

import pytest
from sqlalchemy import Engine

from app.domain.addresses import MOST_ADDRESSES, Address
from app.store.accounts import add_account
from app.store.addresses import (
    TooManyAddresses,
    change_address,
    forget_address,
    keep_address,
    load_addresses,
    offer_first,
)
from app.store.queries import run_query
from tests.examples import ADA, EMPTY, NOON
from tests.store.example_people import BOB, BOB_HIMSELF

pytestmark = pytest.mark.on_both

HOME = Address("Ada Byron", "12 St James's Square", "", "London", "SW1Y 4JH")
WORK = Address("Ada Byron", "1 Dorset Street", "Engine room", "London", "W1U 4EG")


def kept(engine: Engine) -> list[Address]:
    return [one.address for one in run_query(engine, load_addresses, ADA)]


def test_the_newest_address_is_offered_first(engine: Engine) -> None:
    run_query(engine, keep_address, ADA, "home", HOME)
    run_query(engine, keep_address, ADA, "work", WORK)

    assert kept(engine) == [WORK, HOME]


def test_the_same_address_is_kept_once_and_offered_first(engine: Engine) -> None:
    run_query(engine, keep_address, ADA, "home", HOME)
    run_query(engine, keep_address, ADA, "work", WORK)
    run_query(engine, keep_address, ADA, "again", HOME)

    assert kept(engine) == [HOME, WORK]


def test_another_address_can_be_offered_first(engine: Engine) -> None:
    run_query(engine, keep_address, ADA, "home", HOME)
    run_query(engine, keep_address, ADA, "work", WORK)

    assert run_query(engine, offer_first, ADA, "home")
    assert kept(engine) == [HOME, WORK]


def test_an_address_is_changed_in_place(engine: Engine) -> None:
    run_query(engine, keep_address, ADA, "home", HOME)
    run_query(engine, keep_address, ADA, "work", WORK)

    assert run_query(engine, change_address, ADA, "home", HOME._replace(line2="Upstairs"))
    assert kept(engine) == [WORK, HOME._replace(line2="Upstairs")]


def test_an_address_is_deleted(engine: Engine) -> None:
    run_query(engine, keep_address, ADA, "home", HOME)

    assert run_query(engine, forget_address, ADA, "home")
    assert kept(engine) == []


def test_the_number_of_addresses_per_account_is_limited(engine: Engine) -> None:
    for number in range(MOST_ADDRESSES):
        address = HOME._replace(line1=f"{number} Long Street")
        run_query(engine, keep_address, ADA, f"{number}", address)

    with pytest.raises(TooManyAddresses):
        run_query(engine, keep_address, ADA, "more", HOME)


def test_an_account_cannot_access_the_addresses_of_another(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, EMPTY.epoch, NOON)
    run_query(engine, keep_address, ADA, "home", HOME)

    assert not run_query(engine, change_address, BOB, "home", WORK)
    assert not run_query(engine, offer_first, BOB, "home")
    assert not run_query(engine, forget_address, BOB, "home")
    assert run_query(engine, load_addresses, BOB) == []
    assert kept(engine) == [HOME]
