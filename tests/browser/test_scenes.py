"""Every page in every state: no axe-core violation, and no error or warning in the console.

Each scene is checked in one display, in turns; `python -m bench.page` uses all displays.
"""

import pytest

from tests.browser.axe import violations
from tests.browser.browser_session import DISPLAYS, BrowserSession
from tests.browser.scenes import BY_NAME, SCENES, Scene


@pytest.mark.parametrize("scene", SCENES, ids=list(BY_NAME))
async def test_a_scene_has_no_axe_violations_and_no_console_errors(
    browser_session: BrowserSession, scene: Scene
) -> None:
    display = DISPLAYS[SCENES.index(scene) % len(DISPLAYS)]

    async with browser_session.open_scene(scene) as opened:
        await display.apply_to(opened.page)
        assert await violations(opened.page) == []
        assert opened.console_errors == []


async def test_axe_reports_a_missing_label(browser_session: BrowserSession) -> None:
    async with browser_session.open_scene(BY_NAME["login"]) as opened:
        await opened.page.locator("label[for=email]").evaluate("label => label.remove()")

        assert [each.partition(":")[0] for each in await violations(opened.page)] == ["label"]


async def test_console_warnings_are_collected(browser_session: BrowserSession) -> None:
    async with browser_session.open_scene(BY_NAME["login"]) as opened:
        await opened.page.evaluate("console.warn('Mind the step.')")

        assert opened.console_errors == ["Mind the step."]
