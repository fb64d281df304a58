"""What belongs to another account is answered like what does not exist, on every route."""

import re
from collections.abc import Iterator

from quart import Quart, Response

from app.store.addresses import load_addresses
from app.store.sessions import load_sessions
from tests.http.account.test_addresses import NEW
from tests.http.harness import HttpHarness
from tests.http.logins import session_of
from tests.http.order_helpers import HOME, order, stocked_cart, wanted
from tests.http.visitor import ADA, Visitor, fields

UNKNOWN = {
    "number": "ZZZZ-ZZZZ",
    "address_id": "00000000-0000-4000-8000-000000000000",
    "id_hash": "0" * 64,
    "account": "u-11111111-1111-4111-8111-111111111111",
    "member": "u-22222222-2222-4222-8222-222222222222",
    "cart": "u-33333333-3333-4333-8333-333333333333",
}
OTHERS = {"how": "disable", "role": "staff"}
FORM = {**HOME, "name": "Mallory", "state": "packing", "password": "eight green bottles"}
LEAST_ROUTES = 20
NEW_EACH_TIME = re.compile(r'value="[0-9a-f-]{36}"')


def routes(app: Quart) -> Iterator[tuple[str, str]]:
    """Return method and rule of each route that takes an id."""
    for rule in app.url_map.iter_rules():
        if rule.arguments & UNKNOWN.keys():
            assert rule.arguments <= UNKNOWN.keys() | OTHERS.keys(), "a new kind of id"
            yield from (
                (method, str(rule))
                for method in sorted({"GET", "POST"}.intersection(rule.methods or ()))
            )


def path(rule: str, ids: dict[str, str]) -> str:
    """Return the path of *rule* with *ids*."""
    return re.sub(r"<(?:[^:>]*:)?(\w+)>", lambda found: (ids | OTHERS)[found[1]], rule)


async def owned(harness: HttpHarness) -> tuple[Visitor, dict[str, str]]:
    """Return a customer with an order, an address and two logins, and the ids of these."""
    ada = await stocked_cart(harness)
    number = (await fields(await order(ada, await wanted(ada))))["number"]
    await ada.post(NEW, HOME)
    login = await session_of(harness, await harness.visitor().send("/api/session", ADA))
    assert login
    address, *_ = await harness.database.read(load_addresses, login.account)
    ids = {"number": number, "address_id": address.id, "id_hash": login.id_hash}
    return ada, ids | dict.fromkeys(("account", "member", "cart"), login.account)


async def state(harness: HttpHarness, ada: Visitor, account: str) -> list[object]:
    """Return what the customer has."""
    now_s = int(harness.clock.at_s)
    sessions = await harness.database.read(load_sessions, account, harness.context.lifetime, now_s)
    return [
        await fields(await ada.get("/api/orders")),
        await harness.database.read(load_addresses, account),
        {one.id_hash for one in sessions},
    ]


async def answer(visitor: Visitor, method: str, where: str) -> Response:
    """Send a form that would be right, or JSON to the API."""
    if method == "GET":
        return await visitor.get(where)
    if where.startswith("/api/"):
        return await visitor.send(where, {})
    return await visitor.post(where, FORM)


async def seen(response: Response, ids: dict[str, str]) -> tuple[object, ...]:
    """Return what of a response could tell whether there is something with *ids*."""
    page = await response.get_data(as_text=True)
    location = response.location or ""
    for value in ids.values():
        page, location = page.replace(value, "an id"), location.replace(value, "an id")
    return response.status_code, location, NEW_EACH_TIME.sub("", page)


async def test_what_belongs_to_others_is_answered_like_what_does_not_exist(
    harness: HttpHarness,
) -> None:
    ada, ids = await owned(harness)
    before = await state(harness, ada, ids["account"])
    mallory = await harness.ada(email="mallory@shop.example", name="Mallory")
    tried = 0
    for visitor in (mallory, harness.visitor()):
        for method, rule in routes(harness.app):
            foreign = await seen(await answer(visitor, method, path(rule, ids)), ids)
            unknown = await seen(await answer(visitor, method, path(rule, UNKNOWN)), UNKNOWN)
            assert foreign == unknown, (method, rule)
            assert foreign[0] in {303, 401, 404}, (method, rule, foreign[0])
            tried += 1

    assert tried >= LEAST_ROUTES
    assert await state(harness, ada, ids["account"]) == before
