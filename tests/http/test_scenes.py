"""No page is forgotten when all are looked at."""

import re
from collections.abc import Iterator

from quart import Quart

from tests.browser.focus_walks import WALKS
from tests.browser.scenes import SCENES
from tests.http.harness import HttpHarness

NO_PAGES = re.compile(r"/(api|static|\.well-known)/.*|/ws|/.*\.\w+")
"""What is no page: it answers scripts, and browsers that look for a file."""
REDIRECTS = ("/staff", "/orders/[^/]+/paid", "/orders/[^/]+/back")


async def test_every_page_is_played_in_a_scene(harness: HttpHarness) -> None:
    played = {scene.path.partition("?")[0] for scene in SCENES}

    forgotten = [
        page for page in pages(harness.app) if not any(re.fullmatch(page, path) for path in played)
    ]

    assert forgotten == []


async def test_the_acts_of_every_page_are_walked_through(harness: HttpHarness) -> None:
    walked = {walk.path.partition("?")[0] for walk in WALKS}

    forgotten = [
        page
        for page in pages(harness.app)
        if page not in REDIRECTS and not any(re.fullmatch(page, path) for path in walked)
    ]

    assert forgotten == []


def pages(app: Quart) -> Iterator[str]:
    """Yield a pattern of the paths of each page of *app*."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not NO_PAGES.fullmatch(rule.rule):
            yield re.sub("<[^>]+>", "[^/]+", rule.rule)
