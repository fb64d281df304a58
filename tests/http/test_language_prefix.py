"""Whoever is on a page in a language stays in it, and all guards hold there."""

import re
from html import unescape

import pytest

from app.http.core.language import WORDED
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, order, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, text

PREFIX = "/zh-hant"
ADDRESS = re.compile(r'\b(?:href|action|formaction)="(/[^"]*)"')
OF_NO_LANGUAGE = re.compile(r"/(static/|en/|zh-hant\b|favicon)")
MOST_PAGES = 80


async def test_every_link_and_form_of_every_page_stays_in_the_language(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=MILK, qty="2")
    assert (await order(ada, await wanted(ada))).status_code == 201
    await ada.form("/cart/add", sku=MILK, qty="2")
    staff = await grace(harness)

    pages = {who: await strays_of(who) for who in (harness.visitor(), ada, staff)}

    assert [len(found) > 10 for found in pages.values()] == [True, True, True]
    assert {page: gone for found in pages.values() for page, gone in found.items() if gone} == {}


async def strays_of(visitor: Visitor) -> dict[str, set[str]]:
    """Return the pages that links lead to, each with its addresses that leave the language."""
    waiting, found = [f"{PREFIX}/"], dict[str, set[str]]()
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        response = await visitor.get(path)
        page = "" if response.location else await text(response)
        linked = {unescape(one) for one in ADDRESS.findall(page)}
        found[path] = {one for one in linked if not OF_NO_LANGUAGE.match(one)}
        if response.location and response.location.startswith("/"):
            found[path] |= {response.location} - {f"{PREFIX}{response.location[len(PREFIX) :]}"}
        if page and response.mimetype in WORDED:
            assert '<html lang="zh-Hant">' in page
        seen = {one.partition("?")[0] for one in (*found, *waiting)}
        waiting += sorted(
            {
                one
                for one in linked
                if one.startswith(f"{PREFIX}/") and one.partition("?")[0] not in seen
            }
        )
    return found


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/zh-hant/zh-hant/shop", 404),
        ("/zh-hant/en/shop", 404),
        ("/zh-hans/shop", 404),
        ("/zh-hant//shop", 200),
        ("/zh-hant/staff", 404),
        ("/zh-hant/staff/products", 404),
        ("/zh-hant/api/cart", 401),
        ("/zh-hant/ws", 400),
        ("/zh-hant/static/css/shop.css", 200),
        ("/zh-hant/..%2F..%2Fetc", 404),
    ],
)
async def test_odd_addresses_under_a_prefix(harness: HttpHarness, path: str, status: int) -> None:
    response = await harness.visitor().get(path)

    assert response.status_code == status
    assert "evil" not in (response.location or "")


@pytest.mark.parametrize("back", ["/zh-hant/login", "/zh-hant//evil.example", "/en/cart/add"])
async def test_a_prefix_hides_no_address_that_redirects_avoid(
    harness: HttpHarness, back: str
) -> None:
    ada = await harness.ada()

    response = await ada.post("/zh-hant/language", {"language": "en", "next": back})

    assert response.location == "/en/"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)],
)
async def test_hosts_and_origins_are_checked_under_a_prefix(
    harness: HttpHarness, headers: dict[str, str], status: int
) -> None:
    response = await (await harness.ada()).post("/zh-hant/cart/add", {"sku": MILK}, **headers)

    assert response.status_code == status


async def test_a_long_list_of_languages_is_read_in_no_time(harness: HttpHarness) -> None:
    response = await harness.visitor().get("/shop", accept_language="x-y;q=0.1," * 1400 + "zh-TW")

    assert response.headers["Content-Language"] == "zh-Hant"
