"""Measures how long a change takes from tab to tab, and from a price edit to an open page."""

import asyncio

from playwright.async_api import Page, expect

from bench.page.result import Result, median, p95
from tests.browser.browser_session import BrowserSession
from tests.browser.person import Role
from tests.browser.visitor import connected
from tests.e2e.catalog import price

CLICKS = 60
EDITS = 60
TABS_MS, EDIT_MS = 100, 250
SKUS = ("gala-apples-500g", "granny-smith-apples-1kg", "braeburn-apples-1kg", "bramley-apples-1kg")
LISTING = "/shop?q=apples"
_CLOCK = "performance.timeOrigin + performance.now()"
_NOTE_CLICKS = """() => addEventListener("click", ({ timeStamp }) => {
  window.clicked = performance.timeOrigin + timeStamp
}, true)"""
_NOTE_CHANGES = f"""(selector) => {{
  window.changes = []
  const watching = new MutationObserver(() => window.changes.push({_CLOCK}))
  const all = {{ childList: true, characterData: true, subtree: true }}
  watching.observe(document.querySelector(selector), all)
}}"""
_FIRST_CHANGE = """() => new Promise((resolve) => {
  const look = () => (window.changes.length ? resolve(window.changes[0]) : setTimeout(look, 5))
  look()
})"""


async def tab_to_tab(browser_session: BrowserSession) -> Result:
    """Click `+` in one tab, and measure when the badge of the other changes."""
    async with browser_session.new_person(Role.NEWCOMER) as person:
        here, there = await person.open(LISTING), await person.open("/cart")
        for page in (here, there):
            await connected(page)
        await person.submit_ops(*({"k": "line.set", "sku": sku, "qty": 1} for sku in SKUS))
        await expect(there.locator("[data-rows=lines] > li")).to_have_count(len(SKUS))
        await here.evaluate(_NOTE_CLICKS)
        await there.evaluate(_NOTE_CHANGES, "[data-part=cart-count]")
        durations = [await _click(here, there, SKUS[turn % len(SKUS)]) for turn in range(CLICKS)]
    return _result(durations, TABS_MS)


async def edit_to_shopper(browser_session: BrowserSession) -> Result:
    """Set a price in the database, and measure when an open page shows it."""
    async with browser_session.new_person(Role.NEWCOMER) as person:
        page = await person.open(LISTING)
        await connected(page)
        await page.evaluate(_NOTE_CHANGES, f"[data-sku={SKUS[0]}] [data-part=price]")
        durations = [await _edit(browser_session, page, turn) for turn in range(EDITS)]
    return _result(durations, EDIT_MS)


async def _click(here: Page, there: Page, sku: str) -> float:
    await there.evaluate("window.changes = []")
    await here.click(f"main [data-sku={sku}] [data-part=more]")
    changed = await _first_change(there)
    return changed - float(await here.evaluate("window.clicked"))


async def _edit(browser_session: BrowserSession, page: Page, turn: int) -> float:
    await page.evaluate("window.changes = []")
    await asyncio.sleep(0.2 + turn * 0.037 % 0.25)
    committed_s = await asyncio.to_thread(
        browser_session.live_database.set, SKUS[0], price(SKUS[0]) + turn + 1
    )
    return await _first_change(page) - committed_s * 1000


async def _first_change(page: Page) -> float:
    return float(await page.evaluate(_FIRST_CHANGE))


def _result(durations_ms: list[float], goal_ms: int) -> Result:
    times = len(durations_ms)
    figure = f"p95 {p95(durations_ms):.0f} ms, median {median(durations_ms):.0f} ms, {times} times"
    return Result(figure, p95(durations_ms) <= goal_ms)
