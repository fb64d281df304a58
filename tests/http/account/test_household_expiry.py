"""An account whose time is over leaves its households as one that is deleted does."""

from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from app.domain.accounts import AccountId
from app.domain.help import HelpEnd
from app.services.guest_accounts import REMOVED_AFTER_S
from app.store.account_removal import (
    CLOSED_AFTER_S,
    UNCONFIRMED_S,
    remove_old_accounts,
    write_deletion,
)
from app.store.accounts import find_person
from app.store.households import KEPT_S, list_left_behind
from app.store.tables import accounts, helps, invitations
from tests.http.account.test_household_api import BEN, household, invites, joins, submits
from tests.http.account.test_household_pages import MAILED, PAGE
from tests.http.cart.test_api import add
from tests.http.harness import HttpHarness, open_harness
from tests.http.visitor import PASSWORD, Visitor

APPLES = "gala-apples-1kg"


async def signed_in(harness: HttpHarness) -> Visitor:
    """Return Ben, who signs in again."""
    ben = harness.visitor()
    assert (await ben.send("/api/session", {**BEN, "password": PASSWORD})).status_code == 200
    return ben


async def share(one: Visitor, other: Visitor) -> str:
    """Have each share the cart of the other, with something in that of *one*; return that cart."""
    cart = await joins(other, await invites(one))
    await joins(one, await invites(other))
    await submits(one, cart, add(1))
    return cart


def claim(connection: Connection, account: str) -> None:
    """Have *account* only claim its address."""
    values: dict[str, Any] = {"claimed_email": accounts.c.email, "email": account}
    connection.execute(update(accounts).where(accounts.c.id == account).values(values))


def ids(connection: Connection) -> set[str]:
    """Return the accounts that there are."""
    return set(connection.scalars(select(accounts.c.id)))


@pytest.mark.parametrize("kind", ["guest", "unconfirmed"])
async def test_an_account_that_expires_leaves_its_lines_to_its_household(
    kind: str, url: str
) -> None:
    async with open_harness(url, demo="on") as harness:
        goes = harness.visitor()
        if kind == "guest":
            assert (await goes.post("/how-it-works/guest")).status_code == 303
        else:
            goes = await harness.ada()
        cart = await share(goes, await harness.ada(**BEN))
        if kind == "unconfirmed":
            await harness.database.write(claim, cart)
        assert harness.context.demo

        harness.clock.at_s += REMOVED_AFTER_S if kind == "guest" else UNCONFIRMED_S
        harness.clock.at_s += CLOSED_AFTER_S + 1
        await harness.context.demo.guests.remove_old()
        await harness.context.account_removal.remove_old()

        ben = await signed_in(harness)
        shown, told = (await ben.cart())["cart"], await household(ben)
        assert [line["sku"] for line in shown["saved"]] == [APPLES]
        assert (told["members"], told["carts"]) == ([], [])
        assert cart in await harness.database.read(ids)
        harness.clock.at_s += CLOSED_AFTER_S + 1
        await harness.context.account_removal.remove_old()
        assert cart not in await harness.database.read(ids)


async def test_an_erased_account_stays_until_its_household_is_dissolved(
    harness: HttpHarness,
) -> None:
    ada, ben = await harness.ada(), await harness.ada(**BEN)
    cart = await share(ada, ben)
    person = await harness.database.read(find_person, AccountId(cart))
    await harness.database.write(write_deletion, person, int(harness.clock.at_s))
    harness.clock.at_s += CLOSED_AFTER_S + 1

    await harness.database.write(remove_old_accounts, int(harness.clock.at_s))
    assert await harness.database.read(list_left_behind) == [cart]
    await harness.context.account_removal.remove_old()

    assert cart not in await harness.database.read(ids)
    assert (await household(await signed_in(harness)))["members"] == []


async def test_an_account_that_a_command_deletes_is_helped_no_longer(harness: HttpHarness) -> None:
    ada, helped = await harness.ada(), harness.context.helps
    await ada.form("/cart/help")
    cart = AccountId((await ada.cart())["account"])
    (asked,) = await helped.look()
    person = await harness.database.read(find_person, cart)

    await harness.database.write(write_deletion, person, int(harness.clock.at_s))
    await helped.take_care()

    async with harness.live.hub.borrow(cart, None) as live:
        assert live.saved.help
        assert (live.saved.help.id, live.saved.help.ended) == (asked.help.id, HelpEnd.REVOKED)
    harness.clock.at_s += CLOSED_AFTER_S + 1
    await harness.context.account_removal.remove_old()
    assert await harness.database.read(lambda c: c.execute(select(helps)).all()) == []


async def test_old_invitations_are_forgotten_with_their_addresses(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.post(f"{PAGE}/mail", {"may": "edit", "email": MAILED})
    assert [one["email"] for one in (await household(ada))["invitations"]] == [MAILED]

    harness.clock.at_s += KEPT_S
    await harness.context.account_removal.remove_old()

    assert await harness.database.read(lambda c: c.execute(select(invitations)).all()) == []
