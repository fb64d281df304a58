"""A visitor with a browser: common actions, and what the pages show."""

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Page, expect

PASSWORD = "seven brown bricks"
CONNECTION_ERRORS = re.compile(
    "ERR_CONNECTION|ERR_INTERNET_DISCONNECTED|ERR_EMPTY_RESPONSE|closed before"
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

    async def register(self, email: str) -> None:
        """Register an account with the form of the page."""
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

    def _on_console(self, message: ConsoleMessage) -> None:
        """Collect an error or a warning, except reports of broken connections."""
        text = f"{message.text} {message.location['url']}".strip()
        if message.type not in {"error", "warning"} or CONNECTION_ERRORS.search(message.text):
            return
        if not text.endswith("/favicon.ico"):  # requested for static files, which name no icon
            self.console_errors.append(text)

    async def add(self, page: Page, sku: str) -> None:
        """Press “Add” on a product's card."""
        await page.click(f"main [data-sku={sku}] [data-part=add]")

    async def more(self, page: Page, sku: str) -> None:
        """Press `+` on a product's card."""
        await page.click(f"main [data-sku={sku}] [data-part=more]")


async def connected(page: Page) -> None:
    """Wait until *page* has received its welcome message."""
    await expect(page.locator("body")).to_have_attribute("data-link", "open", timeout=60_000)


async def settled(page: Page) -> None:
    """Wait until all changes of *page* are confirmed."""
    await expect(page.locator("[data-rows=lines] > li[data-waits]")).to_have_count(0)


async def shown(page: Page) -> Shown:
    """Return the cart as *page* shows it."""
    rows = page.locator("[data-rows=lines] > li")
    found = []
    for at in range(await rows.count()):
        row = rows.nth(at)
        name = await row.get_attribute("data-sku") or ""
        found.append((name, await row.locator("[data-part=qty]").input_value()))
    count = await page.locator("[data-part=cart-count]").first.text_content() or ""
    total = await page.locator("dl.totals [data-part=total]").first.text_content() or ""
    return Shown(tuple(found), count.strip(), total.strip())
