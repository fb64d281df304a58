"""How soon after a click on “Add” the page shows it.

Counted from the time that the browser gives the press itself. `changed`: the page's own work is
done. `painted`: a task that was posted while the next frame was made has its turn, so that frame
is painted; up to 16.7 ms of it is the wait for that frame to be due.
"""

from typing import NamedTuple

from bench.page.row import Seen, median, p95
from tests.browser.acts import be_live
from tests.browser.player import Who
from tests.browser.stage import Stage

CLICKS = 100
PAGES = 5
GOAL_MS = 16
FRAME_MS = 1000 / 60
_WATCH = """() => {
  window.clicks = []
  const count = document.querySelector("[data-part=cart-count]")
  addEventListener("click", ({ timeStamp, target }) => {
    if (!target.closest("[data-part=add]")) return
    const click = {}
    const watching = new MutationObserver(() => {
      click.changed ??= performance.now() - timeStamp
      watching.disconnect()
    })
    watching.observe(count, { childList: true, characterData: true, subtree: true })
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        click.painted = performance.now() - timeStamp
        click.was_in_frame = click.changed < click.painted
        window.clicks.push(click)
      }
      port2.postMessage("")
    })
  }, true)
}"""


class Click(NamedTuple):
    """Milliseconds from the press, and whether the first frame after it shows the change."""

    changed_ms: float
    painted_ms: float
    was_in_frame: bool


async def click_add(stage: Stage) -> Seen:
    """Press “Add” a hundred times, on several pages of the shelves."""
    clicks = [
        click
        for number in range(1, PAGES + 1)
        for click in await _click_page(stage, f"/shop?sort=name&page={number}")
    ][:CLICKS]
    changed = [click.changed_ms for click in clicks]
    painted = [click.painted_ms for click in clicks]
    late = sum(not click.was_in_frame for click in clicks)
    figure = (
        f"p95 {p95(painted):.1f} ms, median {median(painted):.1f} ms, {late} of {len(clicks)} not in"
        f" the next frame (page's work: p95 {p95(changed):.1f} ms)"
    )
    return Seen(figure, p95(painted) <= GOAL_MS and not late)


async def _click_page(stage: Stage, path: str) -> list[Click]:
    async with stage.player(Who.NEWCOMER) as player:
        page = await player.open(path)
        await be_live(page)
        await page.evaluate(_WATCH)
        for add in await page.locator("main [data-part=add]:enabled").all():
            await add.scroll_into_view_if_needed()
        wanted = await page.locator("main [data-card]:has([data-part=add]:enabled)").all()
        for card in wanted:
            await card.locator("[data-part=add]").click()
            await page.wait_for_timeout(60)
        seen = await page.evaluate("window.clicks")
    return [Click(one["changed"], one["painted"], one["was_in_frame"]) for one in seen]
