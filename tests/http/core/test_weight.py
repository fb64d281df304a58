"""The size of pages, scripts, stylesheets and the font as transferred."""

import re

import pytest

from app.domain.languages import ENGLISH, Language
from app.i18n.languages import spoken
from tests.http.harness import ASSETS, HttpHarness
from tests.http.visitor import text

KB = 1000
LOADED_LATER = "js/notifications.js"
"""What every page with a cart loads right after it has started."""
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


def weight(path: str, language: Language = ENGLISH, encoding: str = "gzip") -> int:
    """Return the size of the file at *path* in bytes, compressed; of a script's copy."""
    found = ASSETS.find(ASSETS.address(path, language).removeprefix("/static/"))
    assert found
    return len(found.asset.compressed(encoding) or found.asset.body)


def named(page: str, kind: str) -> set[str]:
    """Return the paths of the files in folder *kind* that *page* names."""
    return {f"{kind}/{rest}" for rest in re.findall(rf'"/static/{kind}~[0-9a-f]+/([^"#]+)"', page)}


def with_imports(entries: set[str]) -> set[str]:
    """Return the paths of *entries* and of all that they import."""
    return {more for one in entries for more in (one, *ASSETS.imported_by(one))}


@pytest.mark.parametrize("path", PAGES)
async def test_the_scripts_of_a_page_are_at_most_20_kb_in_each_language(
    harness: HttpHarness, path: str
) -> None:
    page = await text(await (await harness.ada()).get(path))

    at_once = with_imports(named(page, "js"))
    later = with_imports({LOADED_LATER})

    assert {"js/search.js", "js/main.js"} <= at_once
    for language in spoken():
        assert sum(weight(one, language) for one in at_once) <= 20 * KB
        assert sum(weight(one, language, "br") for one in at_once | later) <= 20 * KB


def test_no_script_is_larger_than_10_kb() -> None:
    scripts = [*ASSETS.named("js"), *(f"views/{name}" for name in ASSETS.named("js/views"))]

    assert "views/login" in scripts
    for language in spoken():
        assert all(weight(f"js/{name}.js", language) <= 10 * KB for name in scripts)


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
    assert early
