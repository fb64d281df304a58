"""Layout shifts of a page, from the browser's own layout-shift entries."""

from typing import NamedTuple

from playwright.async_api import Page

NEGLIGIBLE = 0.005
"""Smaller sums are displayed as 0.00."""

_WATCH = """() => {
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? "text")
      window.shifts.push({ value, hadRecentInput, moved })
    }
  }).observe({ type: "layout-shift", buffered: true })
}"""


class Shifts(NamedTuple):
    """Sums of shifts without input and right after input, and the elements that shifted alone."""

    alone: float
    after_input: float
    moved: list[str]


async def watch_shifts(page: Page) -> None:
    """Record the layout shifts of *page*, including those since it was opened."""
    await page.evaluate(_WATCH)


async def shifts(page: Page) -> Shifts:
    """Return the layout shifts so far."""
    seen = await page.evaluate("window.shifts")
    alone = [one for one in seen if not one["hadRecentInput"]]
    rest = [one["value"] for one in seen if one["hadRecentInput"]]
    moved = [name for one in alone for name in one["moved"]]
    return Shifts(sum(one["value"] for one in alone), sum(rest), moved)
