"""The lesson's panes: two connections that act on each other, in both languages."""

import re

from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.browser.axe import violations
from tests.browser.visitor import Visitor

PAGE = "/how-it-works"
SLOW_MS = 30_000


async def open_panes(page: Page, part: str) -> list[Locator]:
    """Open both panes of a part, and return them once their buttons can be pressed."""
    await page.click(f"{part} [data-panes]")
    panes = await page.locator(f"{part} .pane").all()
    for pane in panes:
        await expect(pane.locator("[data-press]").first).to_be_enabled(timeout=SLOW_MS)
    return panes


async def shows(pane: Locator, **facts: str | re.Pattern[str]) -> None:
    """Wait until a pane shows these facts."""
    for name, text in facts.items():
        fact = pane.locator(f"[data-part=pane-{name}]")
        await expect(fact).to_have_text(text, timeout=SLOW_MS)


async def test_what_is_pressed_in_one_pane_is_seen_in_the_other(visitor: Visitor) -> None:
    page = await visitor.open(f"/en{PAGE}")
    await expect(page.locator("[data-part=now-state]")).to_have_text("open", timeout=SLOW_MS)

    mine, others = await open_panes(page, "#d-holds")
    await mine.locator("[data-press=add]").click()
    await shows(mine, qty="1", hold="Held for you", ms=re.compile(r"[\d.]+ ms"))
    await shows(others, stock=re.compile(r"\d left, 1 held"), heard="HTTP 200")
    await mine.locator("[data-press=take]").click()
    await shows(mine, qty="0", hold="Nothing")
    await shows(others, stock=re.compile(r"\d left"), bytes=re.compile(r"\d{3,} bytes"))

    socket, stream = await open_panes(page, "#d-events")
    await expect(mine.locator("[data-press=add]")).to_be_disabled()
    await shows(socket, carrier="WebSocket")
    await shows(stream, carrier="HTTP, with server-sent events")
    await socket.locator("[data-press=add]").click()
    await shows(stream, qty="1", heard="patch", ms=re.compile(r"[\d.]+ ms"))
    await stream.locator("[data-press=add]").click()
    await shows(socket, qty="2", heard="patch")
    await shows(stream, rev=await socket.locator("[data-part=pane-rev]").inner_text())
    await stream.locator("[data-press=close]").click()
    await shows(stream, heard="1000: closed by this page")
    await expect(socket.locator("[data-press=add]")).to_be_enabled()

    first, second = await open_panes(page, "#d-household")
    await first.locator("[data-press=take]").click()
    await shows(first, qty="1", by="this pane", people="Nobody else: your cart is not shared.")
    await shows(second, qty="1", by="the first pane")
    await page.locator("aside [data-part=more]").click()
    await shows(second, qty="2", by="another page of yours")
    await page.click("#d-household [data-panes]")
    await shows(second, heard="1000: closed by this page")


async def test_panes_speak_chinese_fit_a_phone_and_are_accessible(
    visitor: Visitor,
) -> None:
    page = await visitor.open(f"/zh-hant{PAGE}")
    await page.set_viewport_size(ViewportSize(width=360, height=800))
    await expect(page.locator("#d-events [data-panes]")).to_be_visible(timeout=SLOW_MS)
    socket, stream = await open_panes(page, "#d-events")
    await socket.locator("[data-press=add]").click()
    await shows(stream, qty="1", carrier="HTTP，以伺服器推送事件（SSE）")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_without_javascript_a_text_says_what_the_panes_would_show(
    plain_visitor: Visitor,
) -> None:
    page = await plain_visitor.open(f"/en{PAGE}")

    for part in ("#d-holds", "#d-events", "#d-waitlist", "#d-household", "#d-help"):
        await expect(page.locator(f"{part} [data-plain]")).to_contain_text("With JavaScript")
    for part in ("#d-holds", "#d-events", "#d-household"):
        await expect(page.locator(f"{part} .stage")).to_be_hidden()


async def test_a_shop_that_is_no_demo_says_why_nobody_stands_in(visitor: Visitor) -> None:
    page = await visitor.open(f"/en{PAGE}")

    for part in ("#d-waitlist", "#d-help"):
        await expect(page.locator(f"{part} .hint >> nth=-1")).to_contain_text("this shop is none")
        await expect(page.locator(f"{part} .stage")).to_have_count(0)
