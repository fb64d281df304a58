"""What a page weighs on the line."""

import re

import pytest

from tests.http.house import ASSETS, House
from tests.http.visitor import text

KB = 1000
ON_DEMAND = ("js/views/keys.js", "js/views/login.js", "js/views/sheet.js")
"""What a page loads when somebody asks for the keys, signs in again or opens the cart."""
PAGES = ("/", "/shop", "/p/gala-apples", "/cart", "/account")
LESSON = "/how-it-works"
"""Shows how the line works, with an inspector that no page of the shop loads."""


def weight(path: str) -> int:
    """Return how many bytes *path* has on the line, in gzip."""
    found = ASSETS.find(ASSETS.address(path).removeprefix("/static/"))
    assert found
    return len(found.asset.packed("gzip") or found.asset.body)


def named(page: str, kind: str) -> set[str]:
    """Return the paths of the files of one *kind* that *page* names."""
    return {f"{kind}/{rest}" for rest in re.findall(rf'"/static/{kind}~[0-9a-f]+/([^"#]+)"', page)}


@pytest.mark.parametrize(("path", "most"), [*((path, 20) for path in PAGES), (LESSON, 24)])
async def test_the_scripts_of_a_page_weigh_at_most_20_kb(
    house: House, path: str, most: int
) -> None:
    page = await text(await (await house.ada()).get(path))

    entries = {*named(page, "js"), *ON_DEMAND}
    scripts = {more for one in entries for more in (one, *ASSETS.imported_by(one))}

    assert "js/search.js" in scripts
    assert sum(map(weight, scripts)) <= most * KB
    assert all(weight(script) <= 10 * KB for script in scripts)


@pytest.mark.parametrize("path", PAGES)
async def test_the_style_of_a_page_weighs_at_most_15_kb(house: House, path: str) -> None:
    page = await text(await (await house.ada()).get(path))

    assert sum(map(weight, named(page, "css"))) <= 15 * KB


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_itself_weighs_at_most_20_kb(house: House, path: str) -> None:
    answer = await (await house.ada()).get(path, Accept_Encoding="gzip")

    assert len(await answer.get_data(as_text=False)) <= 20 * KB


def test_there_is_one_font_of_at_most_21_kb() -> None:
    assert weight("font/figtree.woff2") <= 21 * KB


async def test_modules_are_fetched_before_they_are_asked_for(house: House) -> None:
    page = await text(await (await house.ada()).get("/shop"))

    early = re.findall(r'rel="modulepreload" href="([^"]+)"', page)

    assert early == [ASSETS.address(path) for path in ASSETS.imported_by("js/main.js")]
    assert len(early) > 10
