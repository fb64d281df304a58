"""The page “How it works”, and the endpoints whose cost it shows."""

import re
from pathlib import Path

import pytest
from quart import Response

from app.domain.catalog import HoldRule, Sku
from app.store.carts import load_cart
from app.store.product_edits import set_product
from tests.http.harness import HttpHarness
from tests.http.visitor import ADA, Visitor, code, fields, text
from tests.staff import BY_COMMAND

PAGE = "/how-it-works"
PAGE_GOALS = (Path(__file__).parents[3] / "docs/page.md").read_text()
API = "/api/how-it-works"
NOTHING = "\N{EN DASH}"
APPLES = "gala-apples-1kg"
SCARCE = "blackberry-pie-550g"


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

    assert (figures["cookie"], figures["queries"]) == ("sent, but not read", 0)
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


async def test_items_are_counted_as_in_the_cart_and_those_that_are_sold_out_are_named(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=APPLES, qty="6")
    await ada.form("/cart/add", sku="milk-2l", qty="3")
    await harness.set_product(APPLES, stock=0)

    figures = await fields(await ada.get(f"{API}/session"))

    assert (figures["count"], figures["items"]) == (3, "3 items, 6 not available")
    assert (await ada.cart())["cart"]["totals"]["count"] == 3
    for page in ("/cart", PAGE):
        assert "3 items, 6 not available" in await text(await ada.get(page))


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

    assert figures == {"queries": 0, "rows": 0, "statements": []}


async def test_a_watch_counts_the_queries_about_its_account(harness: HttpHarness) -> None:
    ada, bob = await harness.ada(), await harness.ada(email="bob@shop.example")
    await watch(ada)
    await bob.get(f"{API}/session")
    await ada.get(f"{API}/session")

    figures = await fields(await unwatch(ada))
    assert (figures["queries"], figures["rows"]) == (2, 2)
    assert [each["rows"] for each in figures["statements"]] == [1, 1]
    assert all("SELECT" in each["sql"] and each["ms"] > 0 for each in figures["statements"])


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

    assert 'href="/login?next=/how-it-works"' in page
    assert page.count('href="#guest"') >= 2
    assert "data-act" not in page


async def test_the_page_has_figures_of_its_own_request_without_scripts(
    harness: HttpHarness,
) -> None:
    page = await text(await (await harness.ada()).get(PAGE))

    found = {kind: figure(page, kind, "queries") for kind in ("stateless", "session", "held")}
    assert found == {"stateless": "0", "session": "2", "held": "0"}
    assert all(int(figure(page, kind, "bytes_out")) > 10 for kind in found)
    names = set(re.findall("“Hello, (stranger-[0-9a-f]{8})", page))
    assert len(names) == 2
    diagram = page.partition('data-sequence="session"')[2].partition("</ol>")[0]
    assert re.findall('data-way="(...)"', diagram) == ["1-2", "2-3", "3-2", "2-3", "3-2", "2-1"]
    assert "SELECT sessions" in diagram
    assert "SELECT carts" in diagram
    assert "GET /how-it-works HTTP/1.1" in diagram


async def test_what_is_shown_of_a_request_has_no_secret_of_the_session(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    page = await text(await ada.get(PAGE))
    [secret] = re.findall("Cookie: shop=([^…;\n]+)…", page)[:1]
    cookies = [each.value for each in ada.client.cookie_jar or ()]

    assert len(secret) < 10
    assert not any(cookie and cookie in page for cookie in cookies)


async def test_without_a_login_the_session_and_the_connection_have_no_figures(
    harness: HttpHarness,
) -> None:
    page = await text(await harness.visitor().get(PAGE))

    assert figure(page, "session", "queries") == figure(page, "held", "queries") == NOTHING
    assert figure(page, "stateless", "queries") == "0"


@pytest.mark.parametrize("prefix", ["/en", "/zh-hant"])
async def test_each_of_ten_questions_is_answered_on_the_page(
    harness: HttpHarness, prefix: str
) -> None:
    page = await text(await harness.visitor().get(f"{prefix}{PAGE}"))

    links = re.findall('href="#(answer-[a-z-]+)"', page)
    answers = {
        link: re.search(rf'id="{link}"[^>]*>(.*?)</(?:p|article)>', page, re.DOTALL)
        for link in links
    }
    assert len(links) == len(answers) == 10
    assert all(
        found and len(re.sub("<.*?>", "", found[1]).strip()) > 30 for found in answers.values()
    )
    assert {f"`#{link}`" for link in links} <= set(re.findall("`#answer-[a-z-]+`", PAGE_GOALS))


async def test_the_example_product_is_cheap_and_in_stock(harness: HttpHarness) -> None:
    page = await text(await (await harness.ada()).get(PAGE))
    found = re.search(r'data-act="held"\s+data-sku="([^"]+)"\s+data-price', page)

    assert found
    products = harness.context.catalog.today.products
    example = products[Sku(found[1])]
    assert example.stock >= 10
    assert example.price == min(each.price for each in products.values() if each.stock >= 10)


async def test_the_scarce_product_is_one_that_carts_hold_and_strangers_see_that_it_is_held(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    assert f'data-sku="{SCARCE}"' in await text(await ada.get(PAGE))
    values = {"stock": 3, "hold": HoldRule.SCARCE}
    await harness.database.write(set_product, Sku(APPLES), values, BY_COMMAND)
    await harness.refresh_catalog()
    page = await text(await ada.get(PAGE))
    assert f'data-sku="{SCARCE}"' not in page

    await ada.form("/cart/add", sku=APPLES, qty="2")

    stranger = harness.visitor()
    assert await fields(await stranger.get(f"{API}/shelf/{APPLES}")) == {"stock": 3, "held": 2}
    assert await code(await stranger.get(f"{API}/shelf/nothing")) == (404, "not_found")


async def test_every_page_links_to_it(harness: HttpHarness) -> None:
    for path in ("/", "/shop", "/login", "/nowhere"):
        assert 'href="/how-it-works"' in await text(await harness.visitor().get(path))
