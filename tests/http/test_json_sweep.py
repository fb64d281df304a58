"""No JSON, however spoilt, is answered with anything but a problem in words."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, stocked_cart, wanted
from tests.http.visitor import ADA, Visitor

OUTBOX = "a91e04d7-52b8-4f1c-9e36-7c0a5d8b2e14"
VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 10**400, 0.5, 1e308, "", " ", "x", "\x00", "\ud800", "\u202e"),
    *("9" * 5000, "x" * 40_000, [], [[]], [None], {}, {"a": {}}, "__proto__", "1", "NaN"),
)
RAW = (
    b"",
    b"null",
    b"[]",
    b"1",
    b'"a"',
    b"{",
    b'{"a":1,"a":2}',
    b"\xff",
    b'{"a":NaN}',
    b"[" * 60_000,
)


async def bodies(ada: Visitor) -> dict[str, dict[str, Any]]:
    """Return a valid body for each address that takes JSON."""
    op = {"n": 1, "k": "line.set", "sku": MILK, "qty": 1, "seen": 1}
    return {
        "/api/accounts": ADA | {"email": "new@shop.example"},
        "/api/session": dict(ADA),
        "/api/cart/ops": {"outbox": OUTBOX, "ops": [op]},
        "/api/cart/frames": {"to": "nowhere", "frames": [json.dumps({"t": "resync"})]},
        "/api/orders": await wanted(ada),
        "/api/orders/<number>/cancel": {},
        "/api/household/invitations": {"role": "edit"},
        "/api/household/withdraw": {"invitation": "5e55"},
        "/api/household/join": {"token": "a token"},
        "/api/household/remove": {"cart": "u-nobody", "account": "u-nobody"},
        "/api/household/role": {"account": "u-nobody", "role": "edit"},
        "/api/household/saved": {"shared": True},
        "/api/waitlist": {"sku": MILK},
        "/api/waitlist/leave": {"sku": MILK},
        "/api/help": {},
        "/api/help/end": {},
        "/api/staff/help/<help_id>/take": {},
        "/api/staff/help/<help_id>/end": {},
        "/api/how-it-works/watch": {},
        "/api/how-it-works/stand-in": {"role": "shopper"},
        "/api/how-it-works/waitlist": {"sku": MILK},
        "/api/how-it-works/waitlist/leave": {"sku": MILK},
        "/api/how-it-works/help/take": {},
        "/api/how-it-works/help/end": {},
    }


def spoilt(body: Any) -> Iterator[Any]:
    """Return *body* with each of its values, at any depth, left out or replaced."""
    if isinstance(body, list):
        yield from ([one] for one in spoilt(body[0]))
        yield body * 40
        return
    if not isinstance(body, dict):
        yield from VALUES
        return
    for name, value in body.items():
        yield {other: kept for other, kept in body.items() if other != name}
        yield from ({**body, name: odd} for odd in VALUES)
        if isinstance(value, dict | list):
            yield from ({**body, name: odd} for odd in spoilt(value))


async def test_every_address_that_takes_json_is_swept(harness: HttpHarness) -> None:
    taken = {
        str(rule)
        for rule in harness.app.url_map.iter_rules()
        if str(rule).startswith("/api/") and "POST" in (rule.methods or ())
    }

    assert taken == set(await bodies(await stocked_cart(harness)))


@pytest.mark.on_both
async def test_spoilt_json_is_answered_with_a_problem(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    wrong: list[tuple[int, str, str]] = []
    for route, body in (await bodies(ada)).items():
        path = route.replace("<number>", "2222-2222").replace("<help_id>", "none")
        for raw in (*RAW, *(json.dumps(each).encode() for each in spoilt(body))):
            visitor = ada if "session" not in path and "accounts" not in path else harness.visitor()
            headers = {"Content-Type": "application/json"}
            answer = await visitor.ask("POST", path, headers, data=raw)
            is_problem = answer.content_type == "application/problem+json"
            if answer.status_code >= 500 or (answer.status_code >= 400 and not is_problem):
                wrong.append((answer.status_code, path, str(raw)[:200]))
    assert wrong == []
