"""Checks every scene with axe-core and the console, and takes screenshots."""

from pathlib import Path

from bench.page.result import Result
from tests.browser.axe import violations
from tests.browser.browser_session import DISPLAYS, BrowserSession
from tests.browser.scenes import SCENES


async def check_with_axe(browser_session: BrowserSession) -> Result:
    """Run axe-core on every scene, in both widths and both color schemes."""
    faults: list[str] = []
    for scene in SCENES:
        async with browser_session.open_scene(scene) as opened:
            for display in DISPLAYS:
                await display.apply_to(opened.page)
                found = await violations(opened.page)
                faults += (f"{scene.name}, {display.name}: {fault}" for fault in found)
    figure = f"{len(faults)} ({len(SCENES)} scenes in {len(DISPLAYS)} displays)"
    return Result(figure, not faults, faults)


async def check_console(browser_session: BrowserSession) -> Result:
    """Open every scene, and collect the console's errors and warnings."""
    faults: list[str] = []
    for scene in SCENES:
        async with browser_session.open_scene(scene) as opened:
            await opened.page.wait_for_load_state("networkidle")
            faults += (f"{scene.name}: {text}" for text in opened.console_errors)
    return Result(f"{len(faults)} ({len(SCENES)} scenes)", not faults, faults)


async def take_pictures(browser_session: BrowserSession, folder: Path) -> None:
    """Write a screenshot of every scene in every display to *folder*."""
    for scene in SCENES:
        for displays in (DISPLAYS[:2], DISPLAYS[2:]):
            async with browser_session.open_scene(scene, **displays[0].context_options) as opened:
                for display in displays:
                    await display.apply_to(opened.page)
                    path = folder / f"{scene.name}-{display.name}.png"
                    await opened.page.screenshot(path=path, full_page=True)
