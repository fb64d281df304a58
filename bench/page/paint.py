"""Measures how soon after a click on “Add” the page has painted the change.

Time counts from the timestamp of the click event to a task that is posted while the next frame is
rendered: when the task runs, that frame is painted. At 60 frames a second, up to 16.7 ms of this
are the wait until the next frame is due; the goal applies to the rest.
"""

from typing import NamedTuple

from bench.page.result import Result, median, p95
from tests.browser.browser_session import BrowserSession
from tests.browser.person import Role
from tests.browser.visitor import connected

CLICKS = 100
PAGES = 5
GOAL_MS = 16
_WATCH = """() => {
  window.clicks = []
  const count = document.querySelector("[data-part=cart-count]")
  addEventListener("click", ({ timeStamp, target }) => {
    if (!target.closest("[data-part=add]")) return
    const dispatched = performance.now()
    const click = { dispatched: dispatched - timeStamp }
    const watching = new MutationObserver(() => {
      click.handled = performance.now() - dispatched
      watching.disconnect()
    })
    watching.observe(count, { childList: true, characterData: true, subtree: true })
    requestAnimationFrame(() => {
      const due = performance.now()
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        click.drawn = performance.now() - due
        click.painted = performance.now() - timeStamp
        click.was_in_frame = "handled" in click
        window.clicks.push(click)
      }
      port2.postMessage("")
    })
  }, true)
}"""


class Click(NamedTuple):
    """Milliseconds of each part of a click, and whether the change was in the next frame."""

    dispatched_ms: float
    handled_ms: float
    drawn_ms: float
    painted_ms: float
    was_in_frame: bool

    @property
    def busy_ms(self) -> float:
        """The time without the wait for a frame to be due."""
        return self.dispatched_ms + self.handled_ms + self.drawn_ms


async def click_add(browser_session: BrowserSession) -> Result:
    """Click “Add” a hundred times, on several pages of the catalogue."""
    paths = [f"/shop?sort=name&page={number}" for number in range(1, PAGES + 1)]
    by_path = [await _click_page(browser_session, path) for path in paths]
    clicks = [click for clicks in by_path for click in clicks][:CLICKS]
    busy = [click.busy_ms for click in clicks]
    late = sum(not click.was_in_frame for click in clicks)
    figure = (
        f"p95 {p95(busy):.1f} ms, median {median(busy):.1f} ms (until dispatched"
        f" {_median(clicks, 'dispatched_ms')}, page's own work {_median(clicks, 'handled_ms')},"
        f" style, layout and paint {_median(clicks, 'drawn_ms')}); with the wait for the frame p95"
        f" {p95([click.painted_ms for click in clicks]):.1f} ms; {late} of {len(clicks)} not in the"
        " next frame"
    )
    return Result(figure, p95(busy) <= GOAL_MS and not late)


def _median(clicks: list[Click], part: str) -> str:
    return f"{median([getattr(click, part) for click in clicks]):.1f}"


async def _click_page(browser_session: BrowserSession, path: str) -> list[Click]:
    async with browser_session.new_person(Role.NEWCOMER) as person:
        page = await person.open(path)
        await connected(page)
        await page.evaluate(_WATCH)
        for add in await page.locator("main [data-part=add]:enabled").all():
            await add.scroll_into_view_if_needed()
        wanted = await page.locator("main [data-card]:has([data-part=add]:enabled)").all()
        for card in wanted:
            await card.locator("[data-part=add]").click()
            await page.wait_for_timeout(60)
        seen = await page.evaluate("window.clicks")
    return [
        Click(
            one["dispatched"],
            one.get("handled", 0),
            one["drawn"],
            one["painted"],
            one["was_in_frame"],
        )
        for one in seen
    ]
