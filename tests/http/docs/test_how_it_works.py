"""The page “How it works”, and the endpoints whose cost it shows."""

import re

import pytest
from quart import Response

from app.domain.catalog import Sku
from app.store.carts import load_cart
from tests.http.harness import HttpHarness
from tests.http.visitor import ADA, Visitor, code, fields, text

PAGE = "/how-it-works"
API = "/api/how-it-works"
NOTHING = "\N{EN DASH}"
APPLES = "gala-apples-1kg"


async def watch(visitor: Visitor) -> None:
    """Begin counting the queries about the visitor's account."""
    assert (await visitor.send(f"{API}/watch", {})).status_code == 204


async def unwatch(visitor: Visitor) -> Response:
    """End the counting, and return the answer."""
    return await visitor.ask("DELETE", f"{API}/watch", {})


def figure(page: str, kind: str, part: str) -> str:
    """Return the text of one part of a panel."""
    panel = page.partition(f'data-kind="{kind}"')[2]
    found = re.search(rf'data-part="{part}"[^>]*>(.*?)</', panel, re.DOTALL)
    assert found
    return found[1].strip()


async def test_without_a_cookie_every_request_is_a_new_visitor(harness: HttpHarness) -> None:
    first, second = [
        await fields(await harness.visitor().get(f"{API}/stateless")) for _ in range(2)
    ]

    assert first["who"] != second["who"]
    assert (first["cookie"], first["queries"], first["rows"]) == ("none", 0, 0)
    assert harness.database.reads == []


async def test_the_stateless_endpoint_reads_no_cookie(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.reads.clear()
    figures = await fields(await ada.get(f"{API}/stateless"))

    assert (figures["cookie"], figures["queries"]) == ("came, and was not looked at", 0)
    assert harness.database.reads == []


async def test_a_session_reads_login_and_cart_though_a_live_cart_is_open(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=APPLES, qty="2")
    harness.database.reads.clear()
    account = (await fields(await ada.send("/api/session", ADA)))["account"]
    async with harness.context.hub.borrow(account, None):
        harness.database.reads.clear()
        figures = await fields(await ada.get(f"{API}/session"))

    assert harness.database.reads == ["find_session", load_cart.__name__]
    assert (figures["queries"], figures["rows"]) == (2, 2)
    assert (figures["who"], figures["count"], figures["rev"]) == ("Ada", 2, 1)
    assert 0 < figures["ms"] < figures["server_ms"]


async def test_saving_the_last_use_of_a_session_is_counted(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.clock.at_s += 24 * 3600

    assert (await fields(await ada.get(f"{API}/session")))["queries"] == 3
    assert (await fields(await ada.get(f"{API}/session")))["queries"] == 2


async def test_the_size_of_a_request_is_that_of_its_head(harness: HttpHarness) -> None:
    plain = await fields(await harness.visitor().get(f"{API}/stateless"))
    longer = await fields(await harness.visitor().get(f"{API}/stateless?x=12", X_More="seven"))

    assert longer["bytes_in"] - plain["bytes_in"] == len("?x=12") + len("X-More: seven\r\n")


async def test_a_session_needs_a_login(harness: HttpHarness) -> None:
    assert await code(await harness.visitor().get(f"{API}/session")) == (401, "login_required")


async def test_reading_a_live_cart_makes_no_query(harness: HttpHarness) -> None:
    ada = await harness.ada()
    account = (await fields(await ada.send("/api/session", ADA)))["account"]
    async with harness.context.hub.borrow(account, None) as cart:
        await watch(ada)
        cart.snapshot()
        figures = await fields(await unwatch(ada))

    assert figures == {"queries": 0, "rows": 0}


async def test_a_watch_counts_the_queries_about_its_account(harness: HttpHarness) -> None:
    ada, bob = await harness.ada(), await harness.ada(email="bob@shop.example")
    await watch(ada)
    await bob.get(f"{API}/session")
    await ada.get(f"{API}/session")

    assert await fields(await unwatch(ada)) == {"queries": 2, "rows": 2}


async def test_a_watch_belongs_to_one_account_and_ends_once(harness: HttpHarness) -> None:
    ada, bob = await harness.ada(), await harness.ada(email="bob@shop.example")
    await watch(ada)

    assert await code(await unwatch(bob)) == (404, "not_found")
    assert (await unwatch(ada)).status_code == 200
    assert await code(await unwatch(ada)) == (404, "not_found")


async def test_opening_a_live_cart_makes_one_query(harness: HttpHarness) -> None:
    ada = await harness.ada()
    account = (await fields(await ada.send("/api/session", ADA)))["account"]
    await watch(ada)
    async with harness.context.hub.borrow(account, None) as cart:
        cart.snapshot()

    assert (await fields(await unwatch(ada)))["queries"] == 1


async def test_a_watch_needs_a_login_and_our_origin(harness: HttpHarness) -> None:
    stranger = harness.visitor()
    assert await code(await stranger.send(f"{API}/watch", {})) == (401, "login_required")
    assert await code(await unwatch(stranger)) == (401, "login_required")
    foreign = await (await harness.ada()).send(
        f"{API}/watch", {}, Origin="http://elsewhere.example"
    )
    assert await code(foreign) == (403, "foreign_origin")


async def test_the_page_asks_visitors_to_sign_in(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get(PAGE))

    assert page.count('href="/login?next=/how-it-works"') >= 2
    assert "data-act" not in page


@pytest.mark.parametrize(("kind", "queries"), [("stateless", "0"), ("session", "2")])
async def test_the_page_answers_its_forms_without_scripts(
    harness: HttpHarness, kind: str, queries: str
) -> None:
    page = await text(await (await harness.ada()).get(f"{PAGE}?try={kind}"))

    assert figure(page, kind, "queries") == queries
    assert int(figure(page, kind, "bytes_out")) > 100
    other = {"stateless": "session", "session": "stateless"}[kind]
    assert figure(page, other, "queries") == NOTHING


async def test_an_unknown_try_and_a_session_try_without_login_count_nothing(
    harness: HttpHarness,
) -> None:
    for tried in ("session", "nonsense"):
        page = await text(await harness.visitor().get(f"{PAGE}?try={tried}"))
        assert figure(page, "session", "queries") == NOTHING


async def test_the_example_product_is_cheap_and_in_stock(harness: HttpHarness) -> None:
    page = await text(await (await harness.ada()).get(PAGE))
    found = re.search(r'data-sku="([^"]+)"\s+data-name="[^"]+"\s+data-price', page)

    assert found
    products = harness.context.catalog.today.products
    example = products[Sku(found[1])]
    assert example.stock >= 10
    assert example.price == min(each.price for each in products.values() if each.stock >= 10)


async def test_every_page_links_to_it(harness: HttpHarness) -> None:
    for path in ("/", "/shop", "/login", "/nowhere"):
        assert 'href="/how-it-works"' in await text(await harness.visitor().get(path))
