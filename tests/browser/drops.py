"""Clicks in two tabs while their connections drop repeatedly; every click is counted."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from playwright.async_api import Page

from tests.browser.browser_session import BrowserSession
from tests.browser.person import Person, Role
from tests.browser.visitor import connected, shown

SKUS_OF_TABS = (
    ("gala-apples-500g", "granny-smith-apples-1kg"),
    ("braeburn-apples-1kg", "bramley-apples-1kg"),
)
"""The products of each tab: if both set the same line, the last write would win."""
CATALOG = "/shop?q=apples"
MOST_OF_ONE = 15
AGREE_S = 60
RECONNECTED_CHANCE = 0.7
"""How often both tabs are connected before the next drop; else they may still be connecting."""
_TRY_NOW = """() => {
  if (document.body.dataset.link === "open") return
  for (const what of ["offline", "online"]) dispatchEvent(new Event(what))
}"""
_PRESS = """button => {
  if (!button.checkVisibility() || button.disabled) throw new Error("this button cannot be pressed")
  button.click()
}"""
"""Playwright's own click waits for frames first, so no click would coincide with a drop."""


@dataclass(frozen=True)
class Outcome:
    """Counts of clicks and broken connections; quantities as clicked, as saved and as shown."""

    clicks: int
    broken: int
    clicked: dict[str, int]
    saved: dict[str, int]
    tabs: tuple[dict[str, int], ...]

    @property
    def is_right(self) -> bool:
        """Whether the database and both tabs have exactly the quantities that were clicked."""
        return all(cart == self.clicked for cart in (self.saved, *self.tabs))


@dataclass
class Clicker:
    """A tab, and the quantities that were clicked in it."""

    page: Page
    skus: tuple[str, ...]
    chance: Random
    wanted: Counter[str] = field(default_factory=Counter)
    clicks: int = 0

    async def click(self) -> None:
        """Press “Add”, `+` or `-` on one of this tab's products."""
        sku = self.chance.choice(self.skus)
        qty = self.wanted[sku]
        step = -1 if qty and (qty >= MOST_OF_ONE or self.chance.random() < 1 / 3) else 1
        part = "less" if step < 0 else "more" if qty else "add"
        await self.page.eval_on_selector(f"main [data-sku={sku}] [data-part={part}]", _PRESS)
        self.wanted[sku] += step
        self.clicks += 1


async def click_through_drops(browser_session: BrowserSession, drops: int, seed: str) -> Outcome:
    """Click in two tabs while connections drop *drops* times; *seed* decides what, when and how."""
    chance = Random(seed)
    async with browser_session.new_person(Role.NEWCOMER) as person:
        clickers = [Clicker(await person.open(CATALOG), skus, chance) for skus in SKUS_OF_TABS]
        for clicker in clickers:
            await connected(clicker.page)
        for _ in range(drops):
            if chance.random() < RECONNECTED_CHANCE:
                await _reconnect(clickers)
            await _click_randomly(clickers, chance)
            await _drop(person, clickers, chance)
        return await _settle(person, clickers)


async def _click_randomly(clickers: list[Clicker], chance: Random) -> None:
    for _ in range(chance.randint(1, 6)):
        await chance.choice(clickers).click()
        await asyncio.sleep(chance.choice((0, 0, 0.01, 0.05, 0.25)))


async def _drop(person: Person, clickers: list[Clicker], chance: Random) -> None:
    """Cut connections; or refuse them for a while, with or without the browser being offline."""
    how = chance.choice(("cut", "pulled", "offline"))
    if how == "cut":
        person.network_proxy.cut()
        return
    await person.context.set_offline(how == "offline")
    person.network_proxy.go_down()
    await _click_randomly(clickers, chance)
    person.network_proxy.go_up()
    await person.context.set_offline(offline=False)


async def _settle(person: Person, clickers: list[Clicker]) -> Outcome:
    """Return the outcome as soon as it is right, or the last one after AGREE_S."""
    await _reconnect(clickers)
    outcome = await _outcome(person, clickers)
    for _ in range(AGREE_S * 5):
        if outcome.is_right:
            break
        await asyncio.sleep(0.2)
        outcome = await _outcome(person, clickers)
    return outcome


async def _reconnect(clickers: list[Clicker]) -> None:
    """Have pages that wait for their next attempt reconnect now, as after a network change."""
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
