"""Measures the Lighthouse scores of the public pages: mobile preset, Debian's Chromium."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.page.result import Result, median
from tests.browser import chromium
from tests.browser.browser_session import BrowserSession

PATHS = ("/", "/shop", "/p/gala-apples", "/privacy", "/login")
PROGRAM = Path(__file__).parents[2] / "node_modules/.bin/lighthouse"
RUNS = 3
"""The median of these counts, because other load affects a run."""
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
ATTEMPTS = 3
"""Its Chromium sometimes fails to start a trace."""
Scores = dict[str, int]


async def run_lighthouse(browser_session: BrowserSession) -> Result:
    """Run Lighthouse on each path, several times."""
    if not PROGRAM.exists():
        return Result("NOT SEEN: there is no Lighthouse", is_met=False, faults=["run npm ci"])
    faults: list[str] = []
    figures: list[str] = []
    for path in PATHS:
        runs = [await _run(browser_session.server.origin + path, faults) for _ in range(RUNS)]
        scores = {name: int(median([run[name] for run in runs])) for name in LEAST}
        figures.append(f"`{path}` {' / '.join(map(str, scores.values()))}")
        faults += _too_low(path, scores)
    missed = [fault for fault in faults if fault.startswith("missed")]
    return Result("; ".join(figures), not missed, sorted(set(faults)))


def _too_low(path: str, scores: Scores) -> Sequence[str]:
    low = {name: score for name, score in scores.items() if score < LEAST[name]}
    return [f"missed: {path}: {name} is {score}" for name, score in low.items()]


async def _run(url: str, faults: list[str]) -> Scores:
    for _ in range(ATTEMPTS):
        if report := await _report(url):
            faults += _failed_audits(url, report)
            scores = report["categories"]
            return {name: round(100 * scores[name]["score"]) for name in LEAST}
    raise AssertionError(f"Lighthouse failed {ATTEMPTS} times at {url}")


async def _report(url: str) -> Any:
    """Return Lighthouse's report on *url*; `None` if Lighthouse itself failed."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        url,
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(LEAST)}",
        f"--chrome-flags=--headless=new {' '.join(chromium.FLAGS)}",
        env={**os.environ, "CHROME_PATH": chromium.path()},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return None if process.returncode else json.loads(output)


def _failed_audits(url: str, report: dict[str, dict[str, dict[str, object]]]) -> list[str]:
    """Return the audits that cost points: weighted ones that did not pass."""
    weighted = {
        audit["id"]
        for category in report["categories"].values()
        for audit in category["auditRefs"]  # type: ignore[attr-defined]
        if audit["weight"]
    }
    failed = [report["audits"][name] for name in weighted]
    return [
        f"{url.partition('/')[2][1:].partition('/')[2] or '/'}: {audit['title']}: "
        f"{audit.get('displayValue', audit['score'])}"
        for audit in failed
        if isinstance(audit["score"], int | float) and audit["score"] < 0.9
    ]
