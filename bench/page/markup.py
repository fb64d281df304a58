"""What the Nu HTML checker has to say against the HTML that the shop serves."""

import asyncio
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.page.row import Seen
from tests.browser.scenes import SCENES
from tests.browser.stage import Stage

JAR = Path(__file__).parents[2] / "node_modules/vnu-jar/build/dist/vnu.jar"


async def check_markup(stage: Stage) -> Seen:
    """Check the HTML of every scene, as it is served and as it is once scripts have run."""
    java = shutil.which("java")
    if java is None or not JAR.exists():
        help_ = "install Java (on Debian: default-jre-headless), and run npm ci"
        return Seen("NOT SEEN: there is no Java or no vnu-jar", is_met=False, faults=[help_])
    with TemporaryDirectory() as folder:
        files = await _collect(stage, Path(folder))
        faults = await _check(java, files)
    return Seen(f"{len(faults)} ({len(SCENES)} scenes, served and live)", not faults, faults)


async def _collect(stage: Stage, folder: Path) -> list[Path]:
    """Write down the HTML of each scene: as it is served, and as it is in the end."""
    files: list[Path] = []
    for scene in SCENES:
        async with stage.player(scene.who) as player:
            await scene.before(player)
            answer = await player.context.request.get(player.origin + scene.path)
            files.append(_written(folder / f"{scene.name}.html", await answer.text()))
        async with stage.play(scene) as play:
            content = await play.page.content()
            files.append(_written(folder / f"{scene.name}-live.html", content))
    return files


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


async def _check(java: str, files: list[Path]) -> list[str]:
    words = ("-jar", JAR, "--errors-only", "--format", "json", "--exit-zero-always", "--stdout")
    process = await asyncio.create_subprocess_exec(
        java, *words, *files, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return [
        f"{Path(said['url']).stem}, line {said.get('lastLine', '?')}: {said['message']}"
        f" {said.get('extract', '')!r}"
        for said in json.loads(output)["messages"]
    ]
