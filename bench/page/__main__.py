"""Measures the pages against their goals.

    python -m bench.page [--only NAME]… [--shots FOLDER]

Prints a table, and below it the details of each missed goal; exits with 1 if one is missed.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Error as PlaywrightError

from bench.page import (
    drops,
    layout_shift,
    lighthouse,
    markup,
    paint,
    propagation,
    scene_checks,
    weight,
)
from bench.page.result import Result, Row
from tests.browser.browser_session import BrowserSession, open_browser_session
from tests.browser.chromium import chromium
from tests.e2e.server import Server

ROWS = (
    Row(
        "scripts",
        "JavaScript on any shopper page, bodies",
        "≤ 20 kB, no file over 10 kB, no other host",
        weight.measure_scripts,
    ),
    Row("style", "CSS; font, bodies", "≤ 15 kB; one of ≤ 21 kB", weight.measure_style),
    Row(
        "catalogue",
        "catalogue page, cold, 24 cards",
        "≤ 200 kB, ≤ 45 requests, HTML ≤ 20 kB",
        weight.measure_catalogue,
    ),
    Row(
        "lighthouse",
        "Lighthouse, mobile: performance / accessibility / best practices / SEO",
        "≥ 95 / 100 / 100 / 100",
        lighthouse.run_lighthouse,
    ),
    Row(
        "shift", "layout shift while 20 updates a second arrive", "0.00", layout_shift.measure_shift
    ),
    Row("paint", "optimistic add: painted after the click", "≤ 16 ms p95", paint.click_add),
    Row("tabs", "tab to tab", "≤ 100 ms p95", propagation.tab_to_tab),
    Row("edit", "staff edit to shopper", "≤ 250 ms p95", propagation.edit_to_shopper),
    Row("axe", "axe-core, every scene in 2 widths and 2 schemes", "0", scene_checks.check_with_axe),
    Row("html", "HTML errors (vnu-jar)", "0", markup.check_markup),
    Row("console", "errors and warnings in the console", "0", scene_checks.check_console),
    Row(
        "drops",
        "100 dropped connections between clicks, two tabs",
        "nothing lost or done twice",
        drops.drop_connections,
    ),
)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench.page", description=__doc__)
    names = [row.name for row in ROWS]
    parser.add_argument("--only", action="append", choices=names, help="only this row")
    parser.add_argument("--shots", type=Path, metavar="FOLDER", help="only take screenshots")
    return parser.parse_args()


async def main(only: list[str] | None, shots: Path | None) -> bool:
    """Print the table, or take screenshots; return whether all goals are met."""
    with TemporaryDirectory() as home:
        async with (
            chromium() as browser,
            open_browser_session(browser, Server(Path(home))) as browser_session,
        ):
            if shots:
                await scene_checks.take_pictures(browser_session, shots)
                return True
            return await _measure(
                browser_session, [row for row in ROWS if not only or row.name in only]
            )


async def _measure(browser_session: BrowserSession, rows: list[Row]) -> bool:
    print("| row | what | goal | seen | |\n| --- | --- | --- | --- | --- |", flush=True)
    results: dict[str, Result] = {}
    for row in rows:
        results[row.name] = one = await _measure_row(row, browser_session)
        met = "reached" if one.is_met else "**missed**"
        print(f"| {row.name} | {row.what} | {row.goal} | {one.figure} | {met} |", flush=True)
    for name, one in results.items():
        for fault in one.faults:
            print(f"{name}: {fault}")
    return all(one.is_met for one in results.values())


async def _measure_row(row: Row, browser_session: BrowserSession) -> Result:
    """Measure a row; if that fails, the goal is missed, and the other rows are still measured."""
    try:
        return await row.measure(browser_session)
    except (AssertionError, PlaywrightError, OSError) as error:
        return Result("NOT SEEN", is_met=False, faults=[str(error)])


if __name__ == "__main__":
    options = _options()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    sys.exit(not asyncio.run(main(options.only, options.shots)))
