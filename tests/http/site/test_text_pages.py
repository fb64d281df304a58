"""Pages of text, as the shop of the demo has them."""

import re

import pytest

from app.domain.languages import ENGLISH, Language
from app.services.text_pages import TAKEN, USUAL
from tests.http.harness import ROOT, HttpHarness
from tests.http.visitor import text
from tests.i18n.test_catalogues import HALF_WIDTH, MAINLAND, SIMPLIFIED, TAG

CHINESE = Language("zh-Hant")


async def test_each_page_is_there_in_each_language_and_keeps_its_links_in_it(
    harness: HttpHarness,
) -> None:
    pages = harness.context.text_pages
    assert tuple(pages.names()) == USUAL
    assert pages.missing([ENGLISH, CHINESE]) == []
    for name in USUAL:
        english = await text(await harness.visitor().get(f"/{name}"))
        chinese = await text(await harness.visitor().get(f"/zh-hant/{name}"))
        article = re.search(r'<article class="prose">.*</article>', chinese, re.DOTALL)

        assert f"<h1>{pages.find(name, ENGLISH).title}</h1>" in english
        assert f"<h1>{pages.find(name, CHINESE).title}</h1>" in chinese
        assert article
        assert "{{" not in english + chinese
        links = re.findall(r'href="(/[^"]*)"', article[0])
        assert links == [one for one in links if one.startswith("/zh-hant/")]


def test_chinese_pages_are_written_as_in_taiwan(harness: HttpHarness) -> None:
    pages = [harness.context.text_pages.find(name, CHINESE) for name in USUAL]

    texts = [f"{one.title} {one.description} {TAG.sub('', one.html)}" for one in pages]

    for wrong in (MAINLAND, SIMPLIFIED, HALF_WIDTH):
        assert [found for text in texts for found in wrong.findall(text)] == []


async def test_every_page_links_to_the_pages_of_text(harness: HttpHarness) -> None:
    page = await text(await harness.visitor().get("/zh-hant/terms"))

    footer = page.partition("<footer")[2]
    links = re.findall(r'href="/zh-hant/(\w+)"(?: aria-current="page")?>([^<]+)<', footer)
    for name in USUAL:
        assert (name, harness.context.text_pages.find(name, CHINESE).title) in links
    assert 'href="/zh-hant/terms" aria-current="page"' in footer


def test_no_page_of_text_can_take_the_place_of_another_page(harness: HttpHarness) -> None:
    firsts = {rule.rule.split("/")[1] for rule in harness.app.url_map.iter_rules()}

    with_stripe = {"webhooks"}
    assert {name for name in firsts if re.fullmatch("[a-z0-9-]+", name)} | with_stripe == TAKEN


async def test_a_page_is_revalidated_and_not_sent_again(harness: HttpHarness) -> None:
    first = await harness.visitor().get("/terms")
    again = await harness.visitor().get("/terms", If_None_Match=first.headers["ETag"])

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/terms.md", "/returns", "/terms/x"])
async def test_what_is_no_page_is_not_found(harness: HttpHarness, path: str) -> None:
    assert (await harness.visitor().get(path)).status_code == 404


async def test_the_privacy_notice_names_every_cookie_in_each_language(harness: HttpHarness) -> None:
    web_app = (ROOT / "app/runtime/web_app.py").read_text()
    set_by_server = set(re.findall(r'f"\{prefix\}([\w-]+)"', web_app))
    scripts = "".join(path.read_text() for path in (ROOT / "static/js").rglob("*.js"))
    set_by_scripts = {
        *re.findall(r'keepSetting\("([\w-]+)"', scripts),
        *re.findall(r'const SETTING = "([\w-]+)"', scripts),
        *re.findall(r"document\.cookie = `([\w-]+)=", scripts),
    }

    assert {"keys", "staff-sound", "panel", "shop", "shop-device"} <= set_by_scripts | set_by_server
    for page in ("/en/privacy", "/zh-hant/privacy"):
        notice = await text(await harness.visitor().get(page))
        named = set(re.findall("<code>([^<]+)</code>", notice))
        assert named == set_by_server | set_by_scripts


async def test_terms_and_privacy_are_linked_where_they_matter(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku="milk-2l", qty="1")

    checkout, register = await ada.get("/en/checkout"), await harness.visitor().get("/en/register")

    assert '<a href="/en/terms">Our terms apply to this order.</a>' in await text(checkout)
    assert '<a href="/en/privacy">What we keep about you' in await text(register)
