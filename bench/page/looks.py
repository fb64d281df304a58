"""Checks every scene in every look with axe-core and the console, and takes screenshots."""

from pathlib import Path

from bench.page.result import Result
from tests.browser.axe import violations
from tests.browser.scenes import SCENES
from tests.browser.stage import LOOKS, Stage


async def check_with_axe(stage: Stage) -> Result:
    """Run axe-core on every scene, in both widths and both color schemes."""
    faults: list[str] = []
    for scene in SCENES:
        async with stage.play(scene) as play:
            for look in LOOKS:
                await look.at(play.page)
                found = await violations(play.page)
                faults += (f"{scene.name}, {look.name}: {fault}" for fault in found)
    figure = f"{len(faults)} ({len(SCENES)} scenes in {len(LOOKS)} looks)"
    return Result(figure, not faults, faults)


async def check_console(stage: Stage) -> Result:
    """Play every scene, and collect the console's errors and warnings."""
    faults: list[str] = []
    for scene in SCENES:
        async with stage.play(scene) as play:
            await play.page.wait_for_load_state("networkidle")
            faults += (f"{scene.name}: {text}" for text in play.complaints)
    return Result(f"{len(faults)} ({len(SCENES)} scenes)", not faults, faults)


async def take_pictures(stage: Stage, folder: Path) -> None:
    """Write a screenshot of every scene in every look to *folder*."""
    for scene in SCENES:
        for looks in (LOOKS[:2], LOOKS[2:]):
            async with stage.play(scene, **looks[0].context) as play:
                for look in looks:
                    await look.at(play.page)
                    path = folder / f"{scene.name}-{look.name}.png"
                    await play.page.screenshot(path=path, full_page=True)
