"""The frame of every page: cart panel, cart sheet, status bar, live regions and title."""

import asyncio
import re

from playwright.async_api import Page, ViewportSize, expect

from tests.browser.visitor import Visitor, connected, pause_clock, settled, shown
from tests.e2e.server import Server

APPLES = "gala-apples-500g"
LINE = "[data-rows=lines] > li"
ANIMATION_MS = 250
DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=800)
NARROW = ViewportSize(width=320, height=640)
PAGES = ("/", "/shop", "/p/gala-apples", "/cart", "/nothing-here")

WATCH_SHIFTS = """
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts.push(one.value)
  }).observe({ type: "layout-shift", buffered: true })
"""
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"
SPACE_OUT = """
() => {
  const style = new CSSStyleSheet()
  style.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`)
  document.adoptedStyleSheets = [style]
}
"""


async def shifts(page: Page) -> list[float]:
    """Return the layout shifts without input so far."""
    await page.wait_for_timeout(400)
    found: list[float] = await page.evaluate("window.shifts")
    return found


async def test_the_panel_stays_folded_after_a_reload_and_causes_no_layout_shift(
    visitor: Visitor,
) -> None:
    await visitor.context.add_init_script(WATCH_SHIFTS)
    page = await visitor.open("/shop?q=gala")
    fold = page.locator("[data-part=fold]")
    await expect(fold).to_have_attribute("aria-expanded", "true")
    assert await shifts(page) == []

    await fold.click()
    await page.reload()
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(page.locator("#panel-cart")).to_be_hidden()
    assert await shifts(page) == []

    await fold.press("Enter")
    await expect(page.locator("#panel-cart")).to_be_visible()


async def test_changes_from_another_tab_cause_no_layout_shift_beside_the_catalogue(
    visitor: Visitor,
) -> None:
    await visitor.context.add_init_script(WATCH_SHIFTS)
    page, there = await visitor.open("/shop?q=gala"), await visitor.open("/shop")
    await connected(page)
    adds = there.locator("main [data-part=add]:enabled:visible")
    for at in range(4):
        await adds.first.click()
        await expect(page.locator(LINE)).to_have_count(at + 1)
        await page.wait_for_timeout(ANIMATION_MS)
    await page.bring_to_front()

    await there.locator(f"{LINE} [data-part=remove]").nth(1).click()
    await expect(page.locator(LINE)).to_have_count(3)

    assert await shifts(page) == []


async def test_on_a_phone_the_cart_opens_over_the_page(visitor: Visitor) -> None:
    page = await visitor.open("/shop?q=gala")
    await page.set_viewport_size(PHONE)
    await page.reload()
    await connected(page)
    await visitor.add(page, APPLES)
    bar = page.locator(".bar [data-part=to-cart]")
    await expect(bar).to_contain_text("1 Cart £4.75")

    await bar.click()
    sheet = page.get_by_role("dialog", name="Cart")
    await sheet.locator("[data-part=more]").click()
    await expect(page.locator(f"{LINE} [data-part=qty]")).to_have_value("2")
    ids = await page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    await sheet.locator("[data-part=remove]").click()
    await expect(sheet).to_contain_text("Removed Gala apples")
    await sheet.get_by_role("button", name="Undo", exact=True).click()
    await expect(sheet.locator(LINE)).to_have_count(1)
    await page.keyboard.press("Escape")

    await expect(sheet).to_be_hidden()
    await expect(bar).to_be_focused()
    await page.set_viewport_size(DESK)
    await expect(page.locator(f".frame > aside {LINE}")).to_be_visible()


async def test_without_javascript_the_bar_links_to_the_cart(plain_visitor: Visitor) -> None:
    page = await plain_visitor.open("/shop?q=gala")
    await page.set_viewport_size(PHONE)
    await plain_visitor.add(page, APPLES)

    await page.click(".bar [data-part=to-cart]")

    await expect(page).to_have_url(plain_visitor.origin + "/cart")
    assert (await shown(page)).rows == ((APPLES, "1"),)


async def test_the_status_bar_is_hidden_while_connected_and_shows_connecting_after_two_seconds(
    visitor: Visitor,
) -> None:
    page = await visitor.open("/shop?q=gala")
    await connected(page)
    status = page.locator("[data-part=status]")
    await expect(status).to_be_hidden()
    for region in ("#polite", "#assertive"):
        await expect(page.locator(region)).to_be_empty()

    await page.route_web_socket("**/ws", lambda _: None)
    await pause_clock(page)
    await page.reload()
    await expect(page.locator("body")).to_have_attribute("data-link", "connecting")
    await page.clock.run_for(1_900)
    await expect(status).to_be_hidden()
    await page.clock.run_for(200)
    await expect(status).to_contain_text("Connecting · cart from ")
    await expect(page.locator(".dot")).not_to_have_css("background-color", "rgb(47, 168, 102)")


async def test_navigating_back_never_shows_a_stale_count(visitor: Visitor) -> None:
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/shop?q=gala")
    await visitor.add(here, APPLES)
    await expect(here.locator("[data-part=cart-count]").first).to_have_text("1")
    await expect(here).to_have_title(re.compile(r"^\(1\) "))
    await here.goto(visitor.origin + "/p/gala-apples")
    await visitor.more(there, APPLES)
    await settled(there)
    await expect(there.locator("[data-part=cart-count]").first).to_have_text("2")

    await here.go_back(wait_until="commit")
    first_seen = await here.wait_for_function(
        """() => {
          const count = document.querySelector("[data-part=cart-count]");
          return count && [document.title, count.textContent];
        }"""
    )
    title, count = await first_seen.json_value()

    assert "(1)" not in title
    assert count != "1"
    await expect(here).to_have_title(re.compile(r"^\(2\) "))


async def test_the_footer_shows_how_many_tabs_are_open(visitor: Visitor) -> None:
    here, there = await visitor.open("/cart"), await visitor.open("/shop?q=gala")
    await expect(here.locator("[data-part=tabs]")).to_have_text("Open in 2 tabs")

    await there.close()

    await expect(here.locator("[data-part=tabs]")).to_be_hidden()


async def test_every_page_fits_a_narrow_screen_with_forced_colors_and_wide_text_spacing(
    visitor: Visitor,
) -> None:
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await settled(page)
    await page.set_viewport_size(NARROW)
    await page.emulate_media(reduced_motion="reduce", color_scheme="dark", forced_colors="active")
    for path in PAGES:
        await page.goto(visitor.origin + path)
        await page.evaluate(SPACE_OUT)
        width, room = await page.evaluate(WIDTHS)
        assert width <= room, path
    visitor.console_errors = [text for text in visitor.console_errors if "404" not in text]
    assert await page.evaluate("getComputedStyle(document.body).getPropertyValue('--fade')") == "0s"


async def test_signing_out_deletes_the_stored_outboxes(visitor: Visitor, server: Server) -> None:
    here = await visitor.open("/shop?q=gala")
    await visitor.add(here, APPLES)
    await settled(here)
    account = await here.locator("body").get_attribute("data-account")

    await here.click("header button[title='Sign out']")
    await expect(here.get_by_role("link", name="Sign in")).to_be_visible()
    rows = await here.evaluate(
        """(name) => new Promise((resolve) => {
          indexedDB.open(name).onsuccess = ({ target }) => {
            if (!target.result.objectStoreNames.length) return resolve(0)
            const all = target.result.transaction("outboxes").objectStore("outboxes").count()
            all.onsuccess = () => resolve(all.result)
          }
        })""",
        f"shop {account}",
    )

    assert rows == 0
    assert await asyncio.to_thread(server.error_events) == []
