"""Checks the HTML of every scene with the Nu HTML checker (vnu-jar)."""

import asyncio
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.page.result import Result
from tests.browser.browser_session import BrowserSession
from tests.browser.scenes import SCENES

JAR = Path(__file__).parents[2] / "node_modules/vnu-jar/build/dist/vnu.jar"


async def check_markup(browser_session: BrowserSession) -> Result:
    """Check the HTML of every scene, as served and after scripts have run."""
    java = shutil.which("java")
    if java is None or not JAR.exists():
        help_ = "install Java (on Debian: default-jre-headless), and run npm ci"
        return Result("NOT SEEN: there is no Java or no vnu-jar", is_met=False, faults=[help_])
    with TemporaryDirectory() as folder:
        files = await _collect(browser_session, Path(folder))
        faults = await _check(java, files)
    return Result(f"{len(faults)} ({len(SCENES)} scenes, served and live)", not faults, faults)


async def _collect(browser_session: BrowserSession, folder: Path) -> list[Path]:
    """Write the HTML of each scene to *folder*: as served, and after scripts have run."""
    files: list[Path] = []
    for scene in SCENES:
        async with browser_session.new_person(scene.role) as person:
            await scene.setup(person)
            answer = await person.context.request.get(person.origin + scene.path)
            files.append(_write(folder / f"{scene.name}.html", await answer.text()))
        async with browser_session.open_scene(scene) as opened:
            content = await opened.page.content()
            files.append(_write(folder / f"{scene.name}-live.html", content))
    return files


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


async def _check(java: str, files: list[Path]) -> list[str]:
    arguments = ("-jar", JAR, "--errors-only", "--format", "json", "--exit-zero-always", "--stdout")
    process = await asyncio.create_subprocess_exec(
        java, *arguments, *files, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return [
        f"{Path(message['url']).stem}, line {message.get('lastLine', '?')}: {message['message']}"
        f" {message.get('extract', '')!r}"
        for message in json.loads(output)["messages"]
    ]
