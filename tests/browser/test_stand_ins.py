"""The lesson's panes that take two people: in a demo, a throw-away account stands in for one."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, ViewportSize, expect

from tests.browser.axe import violations
from tests.browser.test_panes import PAGE, SLOW_MS, shows
from tests.browser.visitor import Visitor
from tests.e2e.server import Server


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of a demo."""
    server = Server(tmp_path_factory.mktemp("demo"), demo="on")
    server.start()
    yield server
    server.end()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, demo: Server) -> AsyncIterator[Visitor]:
    """Return a stranger on a phone, who wants nothing to move."""
    phone = ViewportSize(width=390, height=800)
    async with await browser.new_context(viewport=phone, reduced_motion="reduce") as context:
        visitor = Visitor(context, demo.origin)
        yield visitor
        assert visitor.console_errors == []


async def guest_page(visitor: Visitor, prefix: str) -> Page:
    """Return the page of a visitor who has become a guest, in a language."""
    page = await visitor.open(prefix + PAGE)
    await page.click(".guest form button")
    await expect(page.locator("[data-act=held]")).to_have_attribute(
        "aria-disabled", "false", timeout=SLOW_MS
    )
    return page


async def answer_late(page: Page, url: str) -> None:
    """Have the next request to *url* answered after the connection has told what it did."""

    async def answer(route: Route) -> None:
        response = await route.fetch()
        await expect(page.get_by_text("No longer kept for them")).to_be_visible(timeout=SLOW_MS)
        await route.fulfill(response=response)

    await page.route(url, answer, times=1)


async def is_accessible(page: Page) -> None:
    """Fail unless the page is, in both colour schemes, and as wide as the phone."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_who_waits_for_the_last_one_is_told_when_it_is_let_go(visitor: Visitor) -> None:
    page = await guest_page(visitor, "/en")
    await page.click("#d-waitlist [data-panes]")
    mine, theirs = await page.locator("#d-waitlist .pane").all()
    for pane, act in ((mine, "all"), (theirs, "wait")):
        await expect(pane.locator(f"[data-press={act}]")).to_be_enabled(timeout=SLOW_MS)

    await theirs.locator("[data-press=wait]").click()
    await expect(theirs.locator("[data-part=pane-place]")).to_contain_text(
        "You need not wait", timeout=SLOW_MS
    )
    await mine.locator("[data-press=all]").click()
    await shows(mine, hold="Held for you")
    await expect(theirs.locator("[data-part=pane-stock]")).to_contain_text("held", timeout=SLOW_MS)
    await theirs.locator("[data-press=wait]").click()
    await shows(theirs, place="Waits, as the next to be asked")
    await mine.locator("[data-press=take]").click()
    await shows(theirs, place="Yours for 5 minutes")
    await is_accessible(page)

    await answer_late(page, "**/how-it-works/waitlist/leave")
    async with page.expect_event("requestfinished", lambda done: "waitlist/leave" in done.url):
        await theirs.locator("[data-press=leave]").click()
    await page.evaluate("fetch('/').then(answer => answer.text())")  # so the first one was handled
    await shows(theirs, place="No longer kept for them")
    await page.click("#d-waitlist [data-panes]")
    await shows(theirs, heard="1000: closed by this page")
    assert [error for error in visitor.console_errors if "409" not in error] == []
    visitor.console_errors.clear()  # browsers report the press that was refused


async def test_staff_help_with_the_cart_once_asked_and_see_nothing_after_the_end(
    visitor: Visitor,
) -> None:
    page = await guest_page(visitor, "/en")
    await page.click("#d-help [data-panes]")
    mine, staff = await page.locator("#d-help .pane").all()
    await expect(mine.locator("[data-press=ask]")).to_be_enabled(timeout=SLOW_MS)
    await expect(staff.locator("[data-press=help]")).to_be_disabled()

    await mine.locator("[data-press=ask]").click()
    await shows(mine, state="Asked: somebody of staff will come")
    await staff.locator("[data-press=help]").click(timeout=SLOW_MS)
    await shows(staff, state="Sees the cart, and may suggest", carrier="WebSocket")
    await shows(mine, state="The demo's helper sees your cart")
    await staff.locator("[data-press=suggest]").click()
    await shows(mine, suggested="1", qty="0")
    await mine.locator("[data-press=accept]").click()
    await shows(staff, suggested="0", qty="1")
    await is_accessible(page)

    await staff.locator("[data-press=finish]").click()
    await shows(mine, state="Over: nobody else sees your cart", qty="1")
    await shows(staff, state="It is over: the cart is not seen any more", qty="\N{EN DASH}")
    await expect(staff.locator("[data-press=help]")).to_be_disabled()


async def test_the_panes_of_two_people_speak_chinese_and_the_shopper_ends_it(
    visitor: Visitor,
) -> None:
    page = await guest_page(visitor, "/zh-hant")
    await page.click("#d-help [data-panes]")
    mine, staff = await page.locator("#d-help .pane").all()
    await mine.locator("[data-press=ask]").click(timeout=SLOW_MS)
    await staff.locator("[data-press=help]").click(timeout=SLOW_MS)
    await shows(staff, state="看得到購物車，可以提出建議")
    await staff.locator("[data-press=suggest]").click()
    await shows(mine, suggested="1")
    await mine.locator("[data-press=decline]").click()
    await shows(staff, suggested="0", qty="0")
    await mine.locator("[data-press=end]").click()
    await shows(mine, state="已結束：沒有其他人看得到您的購物車")
    await shows(staff, state="協助已結束：看不到購物車了")
