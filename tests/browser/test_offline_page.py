"""The service worker: a page that says that there is no connection, and nothing else."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.visitor import Visitor, connected, settled
from tests.e2e.server import Server
from tests.waiting import until

APPLES = "gala-apples-1kg"
READY = "navigator.serviceWorker.ready.then(() => true)"
STORED = """async () => {
  const stored = {}
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    const requests = await cache.keys()
    const texts = requests.map(async (one) => [one.url, await (await cache.match(one)).text()])
    stored[name] = Object.fromEntries(await Promise.all(texts))
  }
  return stored
}"""
UPDATED = """navigator.serviceWorker.getRegistration()
  .then((one) => one?.update()).catch(() => {}).then(() => caches.keys())"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a shop that closes at once."""
    server = Server(tmp_path_factory.mktemp("shop"), offline_page="on", drain_ms=0)
    server.start()
    yield server
    server.end()


async def test_a_page_that_cannot_be_loaded_says_so_and_comes_back(visitor: Visitor) -> None:
    page = await visitor.open("/zh-hant/shop")
    await page.evaluate(READY)
    open_page = await visitor.open("/shop")
    await connected(open_page)
    await visitor.context.set_offline(True)

    await page.goto(f"{visitor.origin}/zh-hant/orders")
    await expect(page.get_by_role("heading", name="無法連線到商店")).to_be_visible()
    assert await is_styled(page)
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", name="No connection to the shop")).to_be_visible()
    await page.goto(f"{visitor.origin}/p/gala-apples")
    await expect(page.get_by_role("heading", name="No connection to the shop")).to_be_visible()
    # A page that is open goes on, and its changes wait.
    await visitor.add(open_page, APPLES)
    await expect(open_page.locator("[data-rows=lines] > li")).to_have_count(1)

    await visitor.context.set_offline(False)

    await expect(page.get_by_role("heading", name="Gala apples")).to_be_visible()
    await connected(open_page)
    await settled(open_page)
    await page.go_back()
    await expect(page).to_have_url(f"{visitor.origin}/en/offline")


async def is_styled(page: Page) -> bool:
    """Say whether the stylesheet and the icon of the page are there."""
    layout = await page.locator(".entry").evaluate("(main) => getComputedStyle(main).display")
    width = await page.locator("main img").evaluate("(img) => img.naturalWidth")
    return bool(layout == "grid" and width)


async def test_nothing_of_an_account_is_stored_and_signing_out_clears_all(visitor: Visitor) -> None:
    page = await visitor.open("/")
    await page.evaluate(READY)
    for path in ("/shop", "/account", "/cart", "/api/cart", "/shop"):
        await page.goto(visitor.origin + path)

    stored = await page.evaluate(STORED)

    (files,) = stored.values()
    paths = sorted(url.removeprefix(visitor.origin).partition("~")[0] for url in files)
    assert paths == [
        "/en/offline",
        "/static/css",
        "/static/img",
        "/static/js",
        "/static/js-zh-hant",
        "/zh-hant/offline",
    ]
    assert not any("Visitor" in text or "browser.example" in text for text in files.values())
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    await page.goto(f"{visitor.origin}/login")
    assert await page.evaluate("caches.keys()") in ([], [*stored])


async def test_another_release_replaces_what_is_stored_and_the_switch_removes_it(
    browser: Browser, server: Server
) -> None:
    visitor = Visitor(await browser.new_context(), server.origin)
    page = await visitor.open("/shop")
    await page.evaluate(READY)
    (first,) = await page.evaluate("caches.keys()")

    reopen(server, pseudo_language="on")
    await page.reload()
    is_replaced = f"{UPDATED}.then(([one, more]) => one !== '{first}' && !more)"
    await until(lambda: page.evaluate(is_replaced))

    reopen(server, offline_page="off")
    await page.reload()
    await until(lambda: page.evaluate(f"{UPDATED}.then((left) => left.length === 0)"))
    await page.goto(f"{visitor.origin}/")
    assert await page.evaluate("navigator.serviceWorker.getRegistrations()") == []
    await visitor.context.close()
    assert visitor.console_errors == []


def reopen(server: Server, **settings: str) -> None:
    """Restart *server* with other *settings*, as another release of the shop."""
    server.end()
    for name, value in settings.items():
        server.environment[f"SHOP_{name.upper()}"] = value
    server.start()
