"""Setups and actions of pages about households: others share one's cart, and invite one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from playwright.async_api import APIRequestContext, Page

from tests.browser.person import Person
from tests.browser.visitor import PASSWORD
from tests.http.order_helpers import HOME

PAGE = "/account/household"
MILK = {"sku": "milk-2l", "qty": 8}


async def share(person: Person) -> None:
    """Have somebody share the cart, and share theirs; one more invitation is open."""
    await _share(person)


async def _share(person: Person) -> str:
    """Have that; return the account of the other."""
    async with _somebody(person) as (other, account):
        await person.post("/api/household/join", {"token": await _invites(other, person)})
        token = (await person.post("/api/household/invitations", {"role": "edit"}))["token"]
        await _post(other, person, "/api/household/join", {"token": token})
        await person.post("/api/household/invitations", {"role": "suggest"})
        return account


async def show_shared(person: Person) -> None:
    """Show the cart of somebody who lets one suggest, and suggest something there."""
    async with _somebody(person) as (other, account):
        token = await _invites(other, person, "suggest")
        await person.post("/api/household/join", {"token": token})
        ops = [{"n": 1, "k": "line.add", "sku": "milk-2l", "qty": 2}]
        await _post(other, person, "/api/cart/ops", {"outbox": str(uuid4()), "ops": ops})
    ops = [{"n": 1, "k": "line.suggest", "sku": "carrots-500g", "qty": 1}]
    await person.post(f"/api/cart/ops?cart={account}", {"outbox": str(uuid4()), "ops": ops})
    await person.context.add_cookies([{"name": "cart", "value": account, "url": person.origin}])


async def have_suggestion(person: Person) -> None:
    """Have somebody suggest something for the cart."""
    async with _somebody(person) as (other, _):
        invitation = await person.post("/api/household/invitations", {"role": "suggest"})
        await _post(other, person, "/api/household/join", {"token": invitation["token"]})
        ops = [{"n": 1, "k": "line.suggest", "sku": "lemons-each", "qty": 3}]
        path = f"/api/cart/ops?cart={person.account}"
        await _post(other, person, path, {"outbox": str(uuid4()), "ops": ops})


async def have_ordered(person: Person) -> None:
    """Have somebody who shares the cart order what is in it."""
    async with _somebody(person) as (other, _):
        invitation = await person.post("/api/household/invitations", {"role": "edit"})
        await _post(other, person, "/api/household/join", {"token": invitation["token"]})
        path, ops = f"?cart={person.account}", [{"n": 1, "k": "line.add", **MILK}]
        await _post(other, person, f"/api/cart/ops{path}", {"outbox": str(uuid4()), "ops": ops})
        shown = await (await other.get(f"{person.origin}/api/cart{path}")).json()
        about = {"at": shown["at"], "total": shown["cart"]["totals"]["total"], "key": str(uuid4())}
        terms = about | {"deliver": HOME, "pay": "on_delivery"}
        await _post(other, person, f"/api/orders{path}", terms)


async def remove(person: Person) -> str:
    """Have somebody share the cart; return the page that asks before they are removed."""
    return f"{PAGE}/members/{await _share(person)}/remove"


async def leave(person: Person) -> str:
    """Share somebody's cart; return the page that asks before one leaves it."""
    return f"{PAGE}/carts/{await _share(person)}/leave"


async def be_invited(person: Person) -> str:
    """Be invited by somebody; return the page of the invitation."""
    async with _somebody(person) as (other, _):
        return f"/invitation/{await _invites(other, person)}"


async def open_removing(person: Person, page: Page) -> None:
    """Open the question about somebody who shares the cart."""
    await page.goto(person.origin + await remove(person))


async def open_leaving(person: Person, page: Page) -> None:
    """Open the question about a cart that somebody shares."""
    await page.goto(person.origin + await leave(person))


async def open_invitation(person: Person, page: Page) -> None:
    """Open an invitation."""
    await page.goto(person.origin + await be_invited(person))


@asynccontextmanager
async def _somebody(person: Person) -> AsyncIterator[tuple[APIRequestContext, str]]:
    """Yield what sends requests of another new account, and the account."""
    browser = person.context.browser
    assert browser
    context = await browser.new_context()
    try:
        email = f"{uuid4().hex}@browser.example"
        fields = {"email": email, "password": PASSWORD, "name": "Ben Bitdiddle"}
        added = await _post(context.request, person, "/api/accounts", fields)
        yield context.request, added["account"]
    finally:
        await context.close()


async def _invites(request: APIRequestContext, person: Person, role: str = "edit") -> str:
    answer = await _post(request, person, "/api/household/invitations", {"role": role})
    token: str = answer["token"]
    return token


async def _post(request: APIRequestContext, person: Person, path: str, body: object) -> Any:
    answer = await request.post(person.origin + path, data=body)
    assert answer.ok, await answer.text()
    return await answer.json()
