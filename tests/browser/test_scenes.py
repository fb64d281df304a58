"""Every page in every state: axe-core and the console have nothing against it.

Each scene is played in one look, and the looks take turns; `python -m bench.page` takes them all.
"""

import pytest

from tests.browser.axe import violations
from tests.browser.browser_session import DISPLAYS, BrowserSession
from tests.browser.scenes import BY_NAME, SCENES, Scene


@pytest.mark.parametrize("scene", SCENES, ids=list(BY_NAME))
async def test_axe_and_the_console_have_nothing_against(
    browser_session: BrowserSession, scene: Scene
) -> None:
    display = DISPLAYS[SCENES.index(scene) % len(DISPLAYS)]

    async with browser_session.open_scene(scene) as opened:
        await display.apply_to(opened.page)
        assert await violations(opened.page) == []
        assert opened.console_errors == []


async def test_axe_finds_what_is_wrong(browser_session: BrowserSession) -> None:
    async with browser_session.open_scene(BY_NAME["login"]) as opened:
        await opened.page.locator("label[for=email]").evaluate("label => label.remove()")

        assert [each.partition(":")[0] for each in await violations(opened.page)] == ["label"]


async def test_the_console_tells_on_a_page(browser_session: BrowserSession) -> None:
    async with browser_session.open_scene(BY_NAME["login"]) as opened:
        await opened.page.evaluate("console.warn('Mind the step.')")

        assert opened.console_errors == ["Mind the step."]
