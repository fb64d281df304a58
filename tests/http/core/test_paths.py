"""Addresses as people type them: capitals, slashes and dots lead to the page that is meant."""

import pytest

from tests.http.harness import HttpHarness
from tests.http.order_helpers import order, stocked_cart, wanted
from tests.http.visitor import fields, text

PAGES = ("/shop", "/login", "/register", "/how-it-works", "/p/milk")
REDIRECTS = {
    "/Shop": "/shop",
    "/Shop?": "/shop",
    "/SHOP/?q=Oat+Milk&page=2": "/shop/?q=Oat+Milk&page=2",
    "/Login?next=%2Fcart": "/login?next=%2Fcart",
    "/P/Milk?size=MILK-2L": "/p/milk?size=MILK-2L",
    "/Robots.txt": "/robots.txt",
    "/FAVICON.ICO": "/favicon.ico",
    "/API/Products?q=Milk": "/api/products?q=Milk",
    "/Orders/7QK4-M2XD": "/orders/7qk4-m2xd",
}
NOWHERE = ("/Staff", "/STAFF/orders", "//Staff/Orders", "/Nothing", "/WS", "/shop%3Fq=Milk")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_path_in_capitals_leads_to_its_page(harness: HttpHarness, method: str) -> None:
    visitor = harness.visitor()

    answers = {path: await visitor.ask(method, path, {}) for path in REDIRECTS}

    assert {path: answer.location for path, answer in answers.items()} == REDIRECTS
    assert {answer.status_code for answer in answers.values()} == {308}


@pytest.mark.parametrize("path", NOWHERE)
async def test_no_redirect_reveals_staffs_pages_or_leads_nowhere(
    harness: HttpHarness, path: str
) -> None:
    assert (await harness.visitor().get(path)).status_code == 404


async def test_a_slash_at_the_end_changes_no_page_and_its_methods_are_told(
    harness: HttpHarness,
) -> None:
    visitor = harness.visitor()
    for path in PAGES:
        plain, slashed = await visitor.get(path), await visitor.get(f"{path}/")
        assert (slashed.status_code, slashed.content_type) == (200, plain.content_type)
        for address in (path, f"{path}/"):
            head = await visitor.ask("HEAD", address, {})
            options = await visitor.ask("OPTIONS", address, {})
            assert (head.status_code, head.content_type) == (200, plain.content_type)
            assert {"GET", "HEAD", "OPTIONS"} <= options.allow


async def test_a_products_link_works_in_capitals_and_encoded(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    wanted = await text(await visitor.get("/p/milk?size=milk-2l"))

    for path in ("/p/MILK?size=Milk-2L", "/p/mil%6B?size=milk%2D2l"):
        page = await text(await visitor.get(path))
        assert page.count("2 litres") == wanted.count("2 litres")
    fruit = await text(await visitor.get("/shop?category=Fruit"))
    assert "<h1>Fruit" in " ".join(fruit.split()).replace("<h1> ", "<h1>")


async def test_an_orders_address_works_in_small_letters_for_its_owner_only(
    harness: HttpHarness,
) -> None:
    ada = await stocked_cart(harness)
    number = (await fields(await order(ada, await wanted(ada))))["number"]
    other = await harness.ada(email="bob@shop.example")

    for typed in (number.lower(), number.replace("-", ""), number.replace("-", "%E2%80%93")):
        assert number in await text(await ada.get(f"/orders/{typed}"))
        assert (await fields(await ada.get(f"/api/orders/{typed}")))["number"] == number
        assert (await other.get(f"/orders/{typed}")).status_code == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST", 200),
        ("localhost:80", 200),
        ("LocalHost.", 200),
        ("localhost.:80", 200),
        ("localhost:8080", 421),
        ("localhost..", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1", 421),
    ],
)
async def test_a_host_is_the_shops_however_it_is_spelled(
    harness: HttpHarness, host: str, status: int
) -> None:
    assert (await harness.visitor().get("/shop", Host=host)).status_code == status
