"""A visitor with a browser: common actions, and what the pages show."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Route, expect

from tests.waiting import LONGEST_S, until

PASSWORD = "seven brown bricks"
LONGEST_MS = 1000 * LONGEST_S
"""How long a page may take for anything, on a machine that does much else."""
STEP_MS = 20
EVENTS = re.compile(r"/api/cart/events\?")
INSTEAD = re.compile(r"/api/cart(/ops|/events)?(\?|$)")
"""What pages request when no websocket answers within some seconds, as on a slow machine."""
CONNECTION_ERRORS = re.compile(
    "ERR_CONNECTION|ERR_INTERNET_DISCONNECTED|ERR_EMPTY_RESPONSE|closed before|already in CLOSING"
)


@dataclass(frozen=True)
class Shown:
    """The cart as a page shows it: SKU and quantity of each row, the badge, the total."""

    rows: tuple[tuple[str, str], ...]
    count: str
    total: str


@dataclass
class Visitor:
    """A browser context; `console_errors` collects errors and warnings of its pages."""

    context: BrowserContext
    origin: str
    console_errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Have its pages wait as long as all tests do."""
        self.context.set_default_timeout(LONGEST_MS)

    async def register(self, email: str) -> None:
        """Register an account with the form of the page."""
        page = await self.open("/register")
        for name, value in (("name", "Visitor"), ("email", email), ("password", PASSWORD)):
            await page.fill(f"main input[name={name}]", value)
        await page.click("main button[type=submit]")
        await expect(page.locator(".account-name")).to_contain_text("Visitor")
        await page.close()

    async def refuse(self, requests: re.Pattern[str] = INSTEAD) -> None:
        """Refuse *requests*: by default, all that pages go on with while a websocket is silent."""
        await self.context.route(requests, _refuse)

    async def open(self, path: str) -> Page:
        """Open a tab."""
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("console", self._on_console)
        await page.goto(self.origin + path)
        return page

    def _on_console(self, message: ConsoleMessage) -> None:
        """Collect an error or a warning, except reports of broken connections."""
        text = f"{message.text} {message.location['url']}".strip()
        if message.type not in {"error", "warning"} or CONNECTION_ERRORS.search(message.text):
            return
        if not text.endswith("/favicon.ico"):  # requested for static files, which name no icon
            self.console_errors.append(text)

    async def add(self, page: Page, sku: str) -> None:
        """Press “Add” on a product's card, in the size of *sku*."""
        size = page.locator(f"main .size:has([value='{sku}']:not(:checked))")
        if await size.count():
            await size.click()
        await page.click(f"main [data-sku={sku}] [data-part=add]")

    async def more(self, page: Page, sku: str) -> None:
        """Press `+` on a product's card."""
        await page.click(f"main [data-sku={sku}] [data-part=more]")


async def _refuse(route: Route) -> None:
    await route.abort("connectionrefused")


async def pause_clock(page: Page) -> None:
    """Stop the clock of *page*; only the test advances it."""
    await page.clock.install()
    await page.clock.pause_at((await page.evaluate("Date.now()") + 1_000) / 1_000)


async def run_clock_until(page: Page, holds: Callable[[], Awaitable[bool]]) -> None:
    """Advance the stopped clock of *page* by no more than it takes until *holds* does."""

    async def holds_now() -> bool:
        await page.clock.run_for(STEP_MS)
        return await holds()

    await until(holds_now)


async def connected(page: Page) -> None:
    """Wait until *page* has received its welcome message."""
    await expect(page.locator("body")).to_have_attribute("data-link", "open")


async def settled(page: Page) -> None:
    """Wait until all changes of *page* are confirmed."""
    await expect(page.locator("[data-rows=lines] > li[data-waits]")).to_have_count(0)


_SHOWN = """() => {
  const text = selector => document.querySelector(selector)?.textContent ?? ""
  const rows = [...document.querySelectorAll("[data-rows=lines] > [data-sku]")]
  return [
    rows.map(row => [row.dataset.sku, row.querySelector("[data-part=qty]").value]),
    text("[data-part=cart-count]"),
    text("dl.totals [data-part=total]"),
  ]
}"""


async def shown(page: Page) -> Shown:
    """Return the cart as *page* shows it at one moment: rows come and go while they are read."""
    rows, count, total = await page.evaluate(_SHOWN)
    return Shown(tuple((sku, qty) for sku, qty in rows), count.strip(), total.strip())
