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
from tests.http.staff_helpers import GRACE, grace
from tests.http.visitor import ADA, Visitor, code, fields

LEAST_PAGES, LEAST_OF_STAFF, NOT_FOUND = 30, 10, 404
NOTE, GUEST = "The note of a shared cart", "guest@shop.example"


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


def addresses(harness: HttpHarness, *ids: str, of_staff: bool = False) -> set[str]:
    """Return the addresses of pages that have these ids in them, and no others."""
    return {
        str(rule)
        for rule in harness.app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.arguments == {*ids}
        and ("/staff" in str(rule)) is of_staff
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


async def staff_pages(harness: HttpHarness, staff: Visitor, **ids: str) -> str:
    """Return all that pages of staff show that have these ids in their address, and no others."""
    shown = ""
    for path in sorted(addresses(harness, *ids, of_staff=True)):
        address = path
        for name, value in ids.items():
            address = address.replace(f"<{name}>", value)
        shown += await (await staff.get(address)).get_data(as_text=True)
    return shown


async def test_staff_see_what_is_in_a_shared_cart_and_not_who_shares_it(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, account = await family(harness)
    staff = await grace(harness)
    await submits(ada, cart, add(1, qty=7))
    await submits(ben, cart, {"n": 2, "k": "note.set", "text": NOTE})
    await ada.post("/account/household/mail", {"may": "edit", "email": GUEST})

    everywhere = await staff_pages(harness, staff)
    assert "7 units in carts." in everywhere
    of_ada = await staff_pages(harness, staff, account=cart)
    of_ben = await staff_pages(harness, staff, account=account)

    assert ADA["email"] in of_ada
    assert BEN["email"] in of_ben
    assert NOTE not in everywhere + of_ada + of_ben
    assert [each for each in (account, BEN["email"], GUEST) if each in of_ada] == []
    assert [each for each in (cart, ADA["email"], GUEST) if each in of_ben] == []


async def test_staff_see_an_order_of_a_shared_cart_as_that_of_who_placed_it(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, _ = await family(harness)
    await submits(ada, cart, add(1))
    bens = await private_things(ben, "Ben", BEN["email"], cart)
    staff = await grace(harness)

    orders = await (await staff.get("/staff/orders")).get_data(as_text=True)
    shown = orders + await staff_pages(harness, staff, number=bens.order)

    assert [each for each in (bens.order, bens.line) if each not in shown] == []
    assert [each for each in (cart, ADA["email"]) if each in shown] == []


async def test_who_shares_a_cart_sees_nothing_that_is_for_staff(harness: HttpHarness) -> None:
    _, ben, cart, _ = await family(harness)
    await grace(harness)
    paths = addresses(harness, of_staff=True)
    assert len(paths) >= LEAST_OF_STAFF

    for path in sorted(paths):
        for address in (path, f"{path}?cart={cart}"):
            answer = await ben.get(address)
            shown = await answer.get_data(as_text=True)
            assert (answer.status_code, GRACE.email in shown) == (NOT_FOUND, False), address
