"""Somebody with a browser: what they do, and what their pages show."""

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Page, expect

PASSWORD = "seven brown bricks"
CONNECTION_ERRORS = re.compile(
    "ERR_CONNECTION|ERR_INTERNET_DISCONNECTED|ERR_EMPTY_RESPONSE|closed before"
)


@dataclass(frozen=True)
class Shown:
    """What a page shows of the cart: rows by name and quantity, the badge, the total."""

    rows: tuple[tuple[str, str], ...]
    count: str
    total: str


@dataclass
class Visitor:
    """A browser with its pages; `console_errors` are what the console said against them."""

    context: BrowserContext
    origin: str
    console_errors: list[str] = field(default_factory=list)

    async def register(self, email: str) -> None:
        """Make an account with the page's form."""
        page = await self.open("/register")
        for name, value in (("name", "Visitor"), ("email", email), ("password", PASSWORD)):
            await page.fill(f"main input[name={name}]", value)
        await page.click("main button[type=submit]")
        await expect(page.locator(".account-name")).to_contain_text("Visitor")
        await page.close()

    async def open(self, path: str) -> Page:
        """Open a tab."""
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("console", self._on_console)
        await page.goto(self.origin + path)
        return page

    def _on_console(self, said: ConsoleMessage) -> None:
        """Keep an error or a warning; that the line is broken is no fault of a page."""
        heard = f"{said.text} {said.location['url']}".strip()
        if said.type not in {"error", "warning"} or CONNECTION_ERRORS.search(said.text):
            return
        if not heard.endswith("/favicon.ico"):  # asked for beside a bare file, which names no icon
            self.console_errors.append(heard)

    async def add(self, page: Page, sku: str) -> None:
        """Press “Add” on a product's card."""
        await page.click(f"main [data-sku={sku}] [data-part=add]")

    async def more(self, page: Page, sku: str) -> None:
        """Press `+` on a product's card."""
        await page.click(f"main [data-sku={sku}] [data-part=more]")


async def connected(page: Page) -> None:
    """Wait until *page* has its welcome."""
    await expect(page.locator("body")).to_have_attribute("data-link", "open", timeout=60_000)


async def settled(page: Page) -> None:
    """Wait until all that was asked for in *page* is saved."""
    await expect(page.locator("[data-rows=lines] > li[data-waits]")).to_have_count(0)


async def shown(page: Page) -> Shown:
    """Return what *page* shows of the cart."""
    rows = page.locator("[data-rows=lines] > li")
    found = []
    for at in range(await rows.count()):
        row = rows.nth(at)
        name = await row.get_attribute("data-sku") or ""
        found.append((name, await row.locator("[data-part=qty]").input_value()))
    count = await page.locator("[data-part=cart-count]").first.text_content() or ""
    total = await page.locator("dl.totals [data-part=total]").first.text_content() or ""
    return Shown(tuple(found), count.strip(), total.strip())
