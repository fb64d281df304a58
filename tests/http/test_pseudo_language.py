"""Every text of every page is translated: in the pseudo-language, all stand in brackets."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest

from app.domain.languages import ENGLISH
from app.domain.verdicts import Code, RetryCode
from app.http.core.assets import Assets
from app.i18n.languages import offered, speak_pseudo, spoken
from tests.browser.person import Role
from tests.browser.scenes import SCENES
from tests.http.harness import ROOT, HttpHarness, open_harness
from tests.http.order_helpers import MILK, order, wanted
from tests.http.shown_texts import ShownTexts
from tests.http.staff_helpers import grace
from tests.http.test_scenes import pages
from tests.http.visitor import Visitor, text

PREFIX = "/en-xa"
LINK = re.compile(r'\bhref="(/en-xa[^"#]*)')
WORD = re.compile(r"[^\W\d_]{2,}")
SAME_IN_ALL = (
    r"Basket & Leaf(?: Ltd)?|1 Market Lane|London|N1 9GU",
    r"(?:[A-Z][a-z]+day, )?\d{1,2} [A-Z][a-z]+ \d{4}",  # dates, as the locale writes them
    r"[\w.+-]+@[\w.-]+",
    r"\b[0-9a-f-]{8,}\b",
    r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b",
    r"%\(\w+\)s",  # where a script puts a name
    r"\d ms\b",
    r"\b(?:SELECT|UPDATE|INSERT INTO|DELETE FROM) \w+",
    r"\b(?:hello|welcome|snapshot|patch|resync|prices|ping|pong|op|ok)\b",
    r"Ada|Grace|1 Mill Lane|Bath|BA1 1AA",
)
"""Names, dates, addresses, ids, numbers of orders, milliseconds, queries and messages."""


@pytest.fixture
async def pseudo_harness(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that speaks the pseudo-language, too."""
    speak_pseudo()
    async with open_harness(url, assets=Assets(ROOT / "static")) as opened:
        yield opened
    spoken.cache_clear()
    offered.cache_clear()


async def test_every_text_of_every_page_is_translated(pseudo_harness: HttpHarness) -> None:
    harness = pseudo_harness
    ada = await harness.ada()
    await ada.form("/cart/add", sku=MILK, qty="2")
    assert (await order(ada, await wanted(ada))).status_code == 201
    await ada.form("/cart/add", sku=MILK, qty="2")
    visitors = {
        harness.visitor(): {Role.SIGNED_OUT},
        ada: {Role.NEWCOMER, Role.SHOPPER},
        await grace(harness): {Role.STAFF},
    }
    names = names_of(harness)

    found: dict[str, list[str]] = {}
    for visitor, roles in visitors.items():
        for path, page in (await pages_of(visitor, roles, harness)).items():
            if words := untranslated(page, names):
                found.setdefault(path, words)

    assert found == {}


async def pages_of(visitor: Visitor, roles: set[Role], harness: HttpHarness) -> dict[str, str]:
    """Return the pages of the scenes of *roles*, and one of each kind that links lead to."""
    kinds = [re.compile(f"{PREFIX}{one}") for one in pages(harness.app)]
    waiting = list(dict.fromkeys(PREFIX + scene.path for scene in SCENES if scene.role in roles))
    found: dict[str, str] = {}
    linked: set[re.Pattern[str] | None] = set()
    for path in waiting:
        response = await visitor.get(path)
        if response.mimetype != "text/html" or response.location:
            continue
        found[path] = await text(response)
        for link in map(unescape, LINK.findall(found[path])):
            kind = next((one for one in kinds if one.fullmatch(link)), None)
            if kind not in linked:
                linked.add(kind)
                waiting.append(link)
    return found


def names_of(harness: HttpHarness) -> re.Pattern[str]:
    """Return what finds all that is data: texts of catalogue and pages, codes of verdicts."""
    catalog = harness.context.catalog.today
    texts = {
        value
        for product in catalog.products.values()
        for value in (product.name, product.unit, product.description, product.sku)
    }
    texts |= {one.name for one in harness.context.categories}
    texts |= {text for one in catalog.vouchers.values() for text in (one.code, one.label)}
    written = harness.context.text_pages
    texts |= {written.find(name, ENGLISH).title for name in written.names()}
    pictures = harness.context.assets.named("img/products")
    texts |= {
        *pictures,
        *(one.replace("-", " ") for one in pictures),
        *map(str, (*Code, *RetryCode)),
    }
    longest_first = sorted((re.escape(one) for one in texts if one), key=len, reverse=True)
    return re.compile("|".join([*longest_first, *SAME_IN_ALL]))


def untranslated(page: str, names: re.Pattern[str]) -> list[str]:
    """Return the words of *page* outside of brackets that are no names."""
    texts = ShownTexts()
    texts.feed(page)
    assert texts.depth == 0
    rest = (names.sub("", " ".join(one.split())) for one in texts.outside if WORD.search(one))
    return [one for one in rest if WORD.search(one)]
