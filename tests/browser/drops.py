"""Somebody clicks in two tabs while the line drops again and again; every click is counted."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from playwright.async_api import Page

from tests.browser.browser_session import BrowserSession
from tests.browser.person import Person, Role
from tests.browser.visitor import connected, shown

OWN = (("gala-apples-1kg", "gala-apples-2kg"), ("braeburn-apples-1kg", "bramley-apples-1kg"))
"""What each tab clicks on: two tabs that set one line would decide by who was last."""
CATALOG = "/shop?q=apples"
MOST = 15
AGREE_S = 60
OFTEN = 0.7
"""How often both tabs are live before the next drop; else it may come while they try."""
_TRY_NOW = """() => {
  if (document.body.dataset.link === "open") return
  for (const what of ["offline", "online"]) dispatchEvent(new Event(what))
}"""
_PRESS = """button => {
  if (!button.checkVisibility() || button.disabled) throw new Error("nobody could press this")
  button.click()
}"""
"""Playwright's own click first waits for frames, which would keep clicks away from drops."""


@dataclass(frozen=True)
class Outcome:
    """Clicks and broken connections; what was wanted, and what database and tabs have of it."""

    clicks: int
    broken: int
    clicked: dict[str, int]
    saved: dict[str, int]
    tabs: tuple[dict[str, int], ...]

    @property
    def is_right(self) -> bool:
        """Say whether nothing was lost and nothing done twice."""
        return all(cart == self.clicked for cart in (self.saved, *self.tabs))


@dataclass
class Clicker:
    """One tab, and what was clicked in it."""

    page: Page
    skus: tuple[str, ...]
    chance: Random
    wanted: Counter[str] = field(default_factory=Counter)
    clicks: int = 0

    async def click(self) -> None:
        """Press “Add”, `+` or `-` on a product of one's own."""
        sku = self.chance.choice(self.skus)
        qty = self.wanted[sku]
        step = -1 if qty and (qty >= MOST or self.chance.random() < 1 / 3) else 1
        part = "less" if step < 0 else "more" if qty else "add"
        await self.page.eval_on_selector(f"main [data-sku={sku}] [data-part={part}]", _PRESS)
        self.wanted[sku] += step
        self.clicks += 1


async def click_through_drops(browser_session: BrowserSession, drops: int, seed: str) -> Outcome:
    """Click in two tabs while the line drops so often; *seed* decides what, when and how."""
    chance = Random(seed)
    async with browser_session.new_person(Role.NEWCOMER) as person:
        clickers = [Clicker(await person.open(CATALOG), skus, chance) for skus in OWN]
        for clicker in clickers:
            await connected(clicker.page)
        for _ in range(drops):
            if chance.random() < OFTEN:
                await _reconnect(clickers)
            await _click_about(clickers, chance)
            await _drop(person, clickers, chance)
        return await _settle(person, clickers)


async def _click_about(clickers: list[Clicker], chance: Random) -> None:
    for _ in range(chance.randint(1, 6)):
        await chance.choice(clickers).click()
        await asyncio.sleep(chance.choice((0, 0, 0.01, 0.05, 0.25)))


async def _drop(person: Person, clickers: list[Clicker], chance: Random) -> None:
    """Cut the line; or pull it out for a while, with or without the browser noticing."""
    how = chance.choice(("cut", "pulled", "offline"))
    if how == "cut":
        person.network_proxy.cut()
        return
    await person.context.set_offline(how == "offline")
    person.network_proxy.go_down()
    await _click_about(clickers, chance)
    person.network_proxy.go_up()
    await person.context.set_offline(offline=False)


async def _settle(person: Person, clickers: list[Clicker]) -> Outcome:
    """Return what all have come to, as soon as they agree, or at last."""
    await _reconnect(clickers)
    outcome = await _outcome(person, clickers)
    for _ in range(AGREE_S * 5):
        if outcome.is_right:
            break
        await asyncio.sleep(0.2)
        outcome = await _outcome(person, clickers)
    return outcome


async def _reconnect(clickers: list[Clicker]) -> None:
    """Have pages that wait for their next try make it now, as when the network has changed."""
    for clicker in clickers:
        await clicker.page.evaluate(_TRY_NOW)
    for clicker in clickers:
        await connected(clicker.page)


async def _outcome(person: Person, clickers: list[Clicker]) -> Outcome:
    clicked = {sku: qty for each in clickers for sku, qty in each.wanted.items() if qty}
    tabs = [await shown(clicker.page) for clicker in clickers]
    return Outcome(
        sum(clicker.clicks for clicker in clickers),
        person.network_proxy.broken,
        clicked,
        await person.saved_cart(),
        tuple({sku: int(qty) for sku, qty in tab.rows} for tab in tabs),
    )
