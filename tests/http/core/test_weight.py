"""The size of pages, scripts, stylesheets and the font as transferred."""

import re

import pytest

from tests.http.harness import ASSETS, HttpHarness
from tests.http.visitor import text

KB = 1000
PAGES = (
    "/",
    "/shop",
    "/p/gala-apples",
    "/cart",
    "/checkout",
    "/orders",
    "/account",
    "/how-it-works",
)


def weight(path: str) -> int:
    """Return the size of the file at *path* in bytes, compressed with gzip."""
    found = ASSETS.find(ASSETS.address(path).removeprefix("/static/"))
    assert found
    return len(found.asset.compressed("gzip") or found.asset.body)


def named(page: str, kind: str) -> set[str]:
    """Return the paths of the files in folder *kind* that *page* names."""
    return {f"{kind}/{rest}" for rest in re.findall(rf'"/static/{kind}~[0-9a-f]+/([^"#]+)"', page)}


@pytest.mark.parametrize("path", PAGES)
async def test_the_scripts_of_a_page_are_at_most_20_kb(harness: HttpHarness, path: str) -> None:
    page = await text(await (await harness.ada()).get(path))

    entries = named(page, "js")
    scripts = {more for one in entries for more in (one, *ASSETS.imported_by(one))}

    assert {"js/search.js", "js/tab.js"} <= scripts
    assert sum(map(weight, scripts)) <= 20 * KB


def test_no_script_is_larger_than_10_kb() -> None:
    scripts = [*ASSETS.named("js"), *(f"views/{name}" for name in ASSETS.named("js/views"))]

    assert "views/login" in scripts
    assert all(weight(f"js/{name}.js") <= 10 * KB for name in scripts)


@pytest.mark.parametrize("path", PAGES)
async def test_the_stylesheets_of_a_page_are_at_most_15_kb(harness: HttpHarness, path: str) -> None:
    page = await text(await (await harness.ada()).get(path))

    assert sum(map(weight, named(page, "css"))) <= 15 * KB


@pytest.mark.parametrize("path", PAGES)
async def test_the_html_of_a_page_is_at_most_20_kb(harness: HttpHarness, path: str) -> None:
    answer = await (await harness.ada()).get(path, Accept_Encoding="gzip")

    assert len(await answer.get_data(as_text=False)) <= 20 * KB


def test_the_font_is_at_most_21_kb() -> None:
    assert weight("font/figtree.woff2") <= 21 * KB


async def test_imported_modules_are_preloaded(harness: HttpHarness) -> None:
    page = await text(await (await harness.ada()).get("/shop"))

    early = re.findall(r'rel="modulepreload" href="([^"]+)"', page)

    assert early == [ASSETS.address(path) for path in ASSETS.imported_by("js/main.js")]
    assert len(early) > 10
