"""How far what a page shows has moved by itself: the browser's own layout-shift entries."""

from typing import NamedTuple

from playwright.async_api import Page

NEGLIGIBLE = 0.005
"""What is less is shown as 0.00 by all that show it."""

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
    """The sums of what moved by itself, and of what moved right after a press, and what did."""

    alone: float
    after_input: float
    moved: list[str]


async def watch_shifts(page: Page) -> None:
    """Begin to watch *page*; what moved since it was opened counts too."""
    await page.evaluate(_WATCH)


async def shifts(page: Page) -> Shifts:
    """Return what moved so far."""
    seen = await page.evaluate("window.shifts")
    alone = [one for one in seen if not one["hadRecentInput"]]
    rest = [one["value"] for one in seen if one["hadRecentInput"]]
    moved = [name for one in alone for name in one["moved"]]
    return Shifts(sum(one["value"] for one in alone), sum(rest), moved)
