"""Pages in the language of their address, or else of the browser; links stay in it."""

import re

import pytest

from tests.http.harness import HttpHarness
from tests.http.visitor import ADA, text


@pytest.mark.parametrize(
    ("path", "accepted", "tag"),
    [
        ("/shop", "", "en-GB"),
        ("/shop", "zh-TW,en;q=0.5", "zh-Hant"),
        ("/zh-hant/shop", "", "zh-Hant"),
        ("/ZH-Hant/shop", "", "zh-Hant"),
        ("/zh-hant", "en", "zh-Hant"),
        ("/en/shop", "zh-TW", "en-GB"),
    ],
)
async def test_a_page_is_in_the_language_of_its_address_or_of_the_browser(
    harness: HttpHarness, path: str, accepted: str, tag: str
) -> None:
    response = await harness.visitor().get(path, accept_language=accepted)

    assert response.status_code == 200
    assert f'<html lang="{tag}">' in await text(response)
    assert response.headers["Content-Language"] == tag
    assert ("Accept-Language" in response.vary) == (path == "/shop")


async def test_all_links_and_forms_of_a_prefixed_page_keep_the_prefix(harness: HttpHarness) -> None:
    page = await text(await (await harness.ada()).get("/zh-hant/p/gala-apples"))

    ours = re.findall(r'(?:href|action)="(/[^"]*)"', page)
    strays = {one for one in ours if not re.match(r"/(zh-hant|en|static|favicon)\b", one)}

    assert strays == set()


async def test_a_redirect_keeps_the_language(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    assert (await visitor.get("/zh-hant/checkout")).location == "/zh-hant/login?next=%2Fcheckout"
    assert (await visitor.get("/zh-hant/Shop")).location == "/zh-hant/shop"


async def test_a_page_names_its_address_in_each_language(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/zh-hant/shop?category=fruit"))

    found = re.findall(r'<link rel="alternate"\s+hreflang="([^"]+)"\s+href="([^"]+)">', page)

    assert dict(found) == {
        "en": "http://localhost/en/shop?category=fruit",
        "zh-Hant": "http://localhost/zh-hant/shop?category=fruit",
        "x-default": "http://localhost/shop?category=fruit",
    }


async def test_an_account_that_chose_a_language_is_answered_in_it(harness: HttpHarness) -> None:
    ada = await harness.ada()

    chosen = await ada.post("/language", {"language": "zh-Hant", "next": "/shop?q=milk"})

    assert (chosen.status_code, chosen.location) == (303, "/shop?q=milk")
    assert '<html lang="zh-Hant">' in await text(await ada.get("/shop", accept_language="en"))
    assert '<html lang="en-GB">' in await text(await ada.get("/en/shop"))


async def test_a_switch_on_a_prefixed_page_leads_to_the_other_prefix(harness: HttpHarness) -> None:
    ada = await harness.ada()

    chosen = await ada.post("/zh-hant/language", {"language": "en", "next": "/zh-hant/cart"})

    assert chosen.location == "/en/cart"
    assert '<html lang="en-GB">' in await text(await ada.get("/cart", accept_language="zh-TW"))


async def test_the_switch_of_a_guest_only_leads_to_the_page(harness: HttpHarness) -> None:
    chosen = await harness.visitor().post("/language", {"language": "zh-Hant", "next": "/shop"})

    assert chosen.location == "/zh-hant/shop"


async def test_a_language_that_there_is_not_is_refused_in_words(harness: HttpHarness) -> None:
    response = await (await harness.ada()).post("/language", {"language": "tlh", "next": "/shop"})

    assert response.status_code == 400
    assert "Choose one of the languages that are listed." in await text(response)


async def test_an_account_speaks_the_language_in_which_it_registered(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    await visitor.post("/zh-hant/register", {**ADA, "next": "/shop"})

    assert '<html lang="zh-Hant">' in await text(await visitor.get("/shop"))
