"""What search engines and browsers ask for: robots.txt, the sitemap, the manifest, head tags."""

import json
import re
import struct
from dataclasses import replace
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.domain.catalog import Sku
from app.domain.languages import Language
from app.http.site import robots
from app.runtime.shop_file import demo_shop
from app.store.product_edits import Editor, ProductValues, edit_products
from tests.http.harness import ASSETS, HttpHarness
from tests.http.visitor import text
from tests.shop_files import offering

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
ORIGIN = "http://localhost"


async def entries(harness: HttpHarness, path: str) -> dict[str, dict[str, str]]:
    """Return the addresses in a file of the sitemap, each with its alternates and `lastmod`."""
    answer = await harness.visitor().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    found: dict[str, dict[str, str]] = {}
    for url in ET.fromstring(await text(answer)).iterfind("s:url", NAMES):  # noqa: S314 - it is ours
        links = {
            one.get("hreflang", ""): one.get("href", "") for one in url.iterfind("x:link", NAMES)
        }
        changed = url.findtext("s:lastmod", "", NAMES)
        found[url.findtext("s:loc", "", NAMES)] = {**links, "changed": changed}
    return found


async def test_robots_are_kept_off_personal_pages_in_every_language(harness: HttpHarness) -> None:
    answer = await harness.visitor().get("/robots.txt")
    page = await text(answer)
    again = await harness.visitor().get("/robots.txt", If_None_Match=answer.headers["ETag"])

    for path in ("/api/", "/cart", "/en/cart", "/zh-hant/cart", "/zh-hant/account"):
        assert f"Disallow: {path}\n" in page
    assert page.endswith(f"\nSitemap: {ORIGIN}/sitemap.xml\n")
    assert "staff" not in page
    assert again.status_code == 304


async def test_the_sitemap_has_every_public_page_in_both_languages_and_each_is_there(
    harness: HttpHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robots, "PLACES_PER_FILE", 50)
    await harness.set_product("milk-2l", price=199)
    index = await text(await harness.visitor().get("/sitemap.xml"))
    files = re.findall(f"<loc>{ORIGIN}(.*?)</loc>", index)

    found = [await entries(harness, path) for path in files]

    together = {url: links for one in found for url, links in one.items()}
    assert len(together) == sum(map(len, found))
    sold = {one.slug for one in harness.context.catalog.today.products.values() if one.sold}
    slugs = {url.partition("/en/p/")[2] for url in together if "/en/p/" in url}
    assert slugs == sold
    assert len(files) > 2
    assert (await harness.visitor().get("/sitemap/products-99.xml")).status_code == 404
    milk = together[f"{ORIGIN}/zh-hant/p/milk"]
    assert milk["x-default"] == f"{ORIGIN}/p/milk"
    assert milk["en"] == f"{ORIGIN}/en/p/milk"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", milk["changed"])
    for url in [url for url in together if "/p/" not in url] + [*together][-4:]:
        page = await text(await harness.visitor().get(url.removeprefix(ORIGIN)))
        assert f'<link rel="canonical" href="{url}">' in re.sub(r"\s+", " ", page)
        assert 'name="robots"' not in page


async def test_a_shop_of_one_language_tells_robots_of_no_other(harness: HttpHarness) -> None:
    with offering(replace(demo_shop(), languages=(Language("zh-Hant"),))):
        found = await entries(harness, "/sitemap/pages.xml")
        rules = await text(await harness.visitor().get("/robots.txt"))
        worker = await text(await harness.visitor().get("/service-worker.js"))

    assert all(url.startswith(f"{ORIGIN}/zh-hant/") for url in found)
    assert all(set(links) == {"zh-Hant", "x-default", "changed"} for links in found.values())
    assert "/en/" not in rules + worker


@pytest.mark.parametrize(
    ("path", "canonical", "hint"),
    [
        ("/zh-hant/shop?category=fruit&sort=price", "/zh-hant/shop?category=fruit", ""),
        ("/shop?q=milk", "/shop", "noindex"),
        ("/shop?page=2", "/shop", "noindex"),
        ("/p/gala-apples?size=gala-apples-500g", "/p/gala-apples", ""),
        ("/how-it-works?try=stateless", "/how-it-works", ""),
        ("/login", None, ""),
    ],
)
async def test_a_page_has_one_address_for_search_engines(
    harness: HttpHarness, path: str, canonical: str | None, hint: str
) -> None:
    page = await text(await harness.visitor().get(path))

    found = re.search(r'<link rel="canonical"\s+href="([^"]+)"', page)
    assert (found and unescape(found[1])) == (canonical and f"{ORIGIN}{canonical}")
    assert re.findall('<meta name="robots" content="(.*?)">', page) == [hint][: bool(hint)]
    assert ("og:url" in page) == bool(canonical)


async def test_a_product_is_described_to_search_engines_whatever_its_name_is(
    harness: HttpHarness,
) -> None:
    name = "</script><b>& \u2028"
    sku = Sku("gala-apples-1kg")
    version = harness.context.catalog.today.products[sku].version
    await harness.database.write(
        edit_products, [ProductValues(sku, version, {"name": name})], Editor(None, "a test", 0)
    )
    await harness.set_product("gala-apples-500g", stock=0)
    await harness.set_product(sku, price=205, stock=7)

    answer = await harness.visitor().get("/p/gala-apples?size=gala-apples-1kg")
    page = await answer.get_data(as_text=True)

    about, trail = structured(page)["@graph"]
    offers = {one["sku"]: one for one in about["offers"]}
    assert about["name"] == name
    assert "</script><b>" not in page
    assert offers["gala-apples-1kg"]["price"] == "2.05"
    assert offers["gala-apples-1kg"]["availability"] == "https://schema.org/InStock"
    assert offers["gala-apples-500g"]["availability"] == "https://schema.org/OutOfStock"
    assert [one["position"] for one in trail["itemListElement"]] == [1, 2, 3]
    assert trail["itemListElement"][1]["item"] == f"{ORIGIN}/en/shop?category=fruit"
    store = structured(await (await harness.visitor().get("/")).get_data(as_text=True))
    assert (store["@type"], store["address"]["addressCountry"]) == ("GroceryStore", "GB")
    monday = store["openingHoursSpecification"][0]
    assert (monday["dayOfWeek"], monday["opens"]) == ("https://schema.org/Monday", "08:00")


def structured(page: str) -> Any:
    """Return the structured data of *page*."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


async def test_the_manifest_of_each_language_has_icons_of_the_sizes_that_it_says(
    harness: HttpHarness,
) -> None:
    page = await text(await harness.visitor().get("/shop", Accept_Language="zh-TW"))
    assert 'rel="manifest" href="/zh-hant/manifest.webmanifest"' in page
    answer = await harness.visitor().get("/zh-hant/manifest.webmanifest")
    manifest = json.loads(await text(answer))

    assert answer.mimetype == "application/manifest+json"
    assert (manifest["lang"], manifest["start_url"]) == ("zh-Hant", "/zh-hant/")
    assert {one["purpose"] for one in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        found = ASSETS.find(icon["src"].removeprefix("/static/"))
        assert found
        assert found.is_immutable
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", found.asset.body[16:24])
            assert icon["sizes"] == f"{width}x{height}"
