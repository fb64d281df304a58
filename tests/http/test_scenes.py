"""No page is forgotten when all are looked at."""

import re
from collections.abc import Iterator

from quart import Quart

from tests.browser.scenes import SCENES
from tests.http.harness import HttpHarness

NO_PAGES = re.compile(r"/(api|static)/.*|/ws|/.*\.\w+")
"""What is no page: it answers scripts, and browsers that look for a file."""


async def test_every_page_is_played_in_a_scene(harness: HttpHarness) -> None:
    played = {scene.path.partition("?")[0] for scene in SCENES}

    forgotten = [
        page for page in pages(harness.app) if not any(re.fullmatch(page, path) for path in played)
    ]

    assert forgotten == []


def pages(app: Quart) -> Iterator[str]:
    """Yield a pattern of the paths of each page of *app*."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not NO_PAGES.fullmatch(rule.rule):
            yield re.sub("<[^>]+>", "[^/]+", rule.rule)
