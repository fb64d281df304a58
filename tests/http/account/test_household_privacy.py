"""Nothing private of one member of a household is in any page, JSON or mail of another."""

from typing import NamedTuple

import pytest
from sqlalchemy import Connection, select

from app.store.tables import mails
from tests.authenticator import Authenticator
from tests.http.account.test_household_api import BEN, family, submits, wanted
from tests.http.cart.test_api import HERE, add
from tests.http.harness import HttpHarness
from tests.http.order_helpers import HOME
from tests.http.passkey_helpers import add_passkey
from tests.http.visitor import ADA, Visitor, code, fields

LEAST_PAGES, NOT_FOUND = 30, 404


class Private(NamedTuple):
    """What nobody else is to see: texts that would be found."""

    email: str
    line: str
    key: str
    order: str


async def private_things(visitor: Visitor, name: str, email: str, cart: str) -> Private:
    """Order what is in *cart*, and give *visitor* more that is the own affair; return all that."""
    line, key = f"{name} Lane 77", f"Key of {name}"
    await add_passkey(visitor, Authenticator(credential=key.encode()), key)
    await visitor.post("/account/addresses/new", {**HOME, "line1": line})
    terms = await wanted(visitor, cart) | {"key": name, "deliver": {**HOME, "line1": line}}
    placed = await visitor.send(f"/api/orders?cart={cart}", terms)
    assert placed.status_code == 201, await placed.get_data(as_text=True)
    return Private(email, line, key, (await fields(placed))["number"])


def addresses(harness: HttpHarness, *ids: str) -> set[str]:
    """Return the addresses of shoppers' pages that have these ids in them, and no others."""
    return {
        str(rule)
        for rule in harness.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments == {*ids} and "/staff" not in str(rule)
    }


async def all_pages(harness: HttpHarness, visitor: Visitor, cart: str) -> str:
    """Return all that pages and JSON without an id in their address show to *visitor*."""
    paths = addresses(harness)
    assert len(paths) >= LEAST_PAGES
    shown = ""
    for path in sorted(paths):
        for address in (path, f"{path}?cart={cart}"):
            shown += await (await visitor.get(address)).get_data(as_text=True)
    return shown


def all_mails(connection: Connection, email: str) -> str:
    """Return all that was written to *email*."""
    query = select(mails).where(mails.c.recipient == email)
    return "\n".join(map(str, connection.execute(query).all()))


async def test_the_owner_of_a_shared_cart_sees_and_changes_nothing_in_those_of_members(
    harness: HttpHarness,
) -> None:
    ada, _, _, account = await family(harness)
    ops = {"outbox": HERE, "ops": [add(1)]}

    assert await code(await ada.get(f"/api/cart?cart={account}")) == (404, "not_found")
    answer = await ada.send(f"/api/cart/ops?cart={account}", ops)
    assert await code(answer) == (404, "not_found")
    assert await code(await ada.send(f"/api/orders?cart={account}", await wanted(ada))) == (
        404,
        "not_found",
    )


@pytest.mark.short
async def test_no_page_json_or_mail_of_one_has_what_is_private_to_another(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, _ = await family(harness)
    await submits(ada, cart, add(1))
    adas = await private_things(ada, "Ada", ADA["email"], cart)
    await submits(ada, cart, add(2))
    bens = await private_things(ben, "Ben", BEN["email"], cart)
    await ben.form("/cart/note", text=(note := "The own note of Ben"))

    for visitor, own, others in ((ada, adas, (*bens, note)), (ben, (*bens, note), adas)):
        shown = await all_pages(harness, visitor, cart)
        mailed = await harness.database.read(all_mails, own[0])
        assert [each for each in own if each not in shown] == [], "all of it is shown to one"
        assert [each for each in others if each in shown + mailed] == []
    for path in {each for each in addresses(harness, "number") if "/orders/" in each}:
        assert (await ada.get(path.replace("<number>", bens.order))).status_code == NOT_FOUND, path
        assert (await ben.get(path.replace("<number>", bens.order))).status_code < NOT_FOUND, path
