"""Every page in every state: no axe-core violation, and no error or warning in the console.

Each scene is checked in one display, in turns; `python -m bench.page` uses all displays.
"""

import pytest

from tests.browser.axe import violations
from tests.browser.browser_session import DISPLAYS, BrowserSession
from tests.browser.scenes import BY_NAME, SCENES, Scene

WAY_ON = """
() => {
  const part = document.querySelector("dialog:modal") ?? document.querySelector("main")
  const isShown = (element) => element.checkVisibility() && !element.disabled
  const shown = (selector) => [...part.querySelectorAll(selector)].filter(isShown)
  const heading = part.ariaLabel || shown("h1, dialog h2, [data-cart-title]")[0]?.textContent
  const ways = shown("a[href], button")
  return { heading: heading?.trim() ?? "", ways: ways.length }
}
"""
"""What a page says that it is, and how many links and buttons lead on from it."""


@pytest.mark.parametrize("scene", SCENES, ids=list(BY_NAME))
async def test_a_scene_has_a_way_on_no_axe_violations_and_no_console_errors(
    browser_session: BrowserSession, scene: Scene
) -> None:
    display = DISPLAYS[SCENES.index(scene) % len(DISPLAYS)]

    async with browser_session.open_scene(scene) as opened:
        await display.apply_to(opened.page)
        state = await opened.page.evaluate(WAY_ON)
        assert len(state["heading"]) > 1
        assert state["ways"] > 0
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
