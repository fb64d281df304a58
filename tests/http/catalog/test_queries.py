"""What people type, and what must come first: the table in `queries.txt`, on every page."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.http.harness import HttpHarness
from tests.http.visitor import text

TABLE = Path(__file__).with_name("queries.txt")
NOTHING = "-"
NO_MATCH = {"": "No products match", "/zh-hant": "沒有符合"}
"""What a page in each language says, by the beginning of its address."""


def rows() -> Iterator[tuple[str, str]]:
    """Yield what is typed, and the SKU or slug that must come first."""
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            typed, _, wanted = line.rpartition(" | ")
            yield typed, wanted


async def first_of(harness: HttpHarness, prefix: str, q: str) -> set[str]:
    """Return slug and SKU of what is chosen on the first card of a page of results."""
    page = " ".join(
        (await text(await harness.visitor().get(f"{prefix}/shop?q={quote(q)}"))).split()
    )
    if '<li class="card">' not in page:
        return {NOTHING} if NO_MATCH[prefix] in page else set()
    card = page.split('<li class="card">')[1]
    chosen = re.search(r'value="([^"]+)" checked', card) or re.search(r'data-sku="([^"]+)"', card)
    return {chosen[1], *re.findall(r'data-slug="([^"]+)"', card)} if chosen else set()


@pytest.mark.on_both
@pytest.mark.parametrize("prefix", NO_MATCH)
async def test_what_people_mean_comes_first_on_a_page_in_their_language(
    harness: HttpHarness, prefix: str
) -> None:
    first = {q: await first_of(harness, prefix, q) for q, _ in rows()}

    assert {q: first[q] for q, wanted in rows() if wanted not in first[q]} == {}


def test_the_table_has_no_row_twice_and_at_least_120() -> None:
    typed = [q for q, _ in rows()]

    assert len({*typed}) == len(typed) >= 120
