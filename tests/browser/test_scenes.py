"""Every page in every state: axe-core and the console have nothing against it.

Each scene is played in one look, and the looks take turns; `python -m bench.page` takes them all.
"""

import pytest

from tests.browser.axe import violations
from tests.browser.scenes import BY_NAME, SCENES, Scene
from tests.browser.stage import LOOKS, Stage


@pytest.mark.parametrize("scene", SCENES, ids=list(BY_NAME))
async def test_axe_and_the_console_have_nothing_against(stage: Stage, scene: Scene) -> None:
    look = LOOKS[SCENES.index(scene) % len(LOOKS)]

    async with stage.play(scene) as play:
        await look.at(play.page)
        assert await violations(play.page) == []
        assert play.complaints == []


async def test_axe_finds_what_is_wrong(stage: Stage) -> None:
    async with stage.play(BY_NAME["login"]) as play:
        await play.page.locator("label[for=email]").evaluate("label => label.remove()")

        assert [each.partition(":")[0] for each in await violations(play.page)] == ["label"]


async def test_the_console_tells_on_a_page(stage: Stage) -> None:
    async with stage.play(BY_NAME["login"]) as play:
        await play.page.evaluate("console.warn('Mind the step.')")

        assert play.complaints == ["Mind the step."]
