"""The lesson in a demo: a guest, diagrams of real messages, trials, and a server that is killed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from app.services.self_restart import LEAST_UP_S
from tests.browser.axe import violations
from tests.browser.visitor import Visitor
from tests.e2e.server import Server

PAGE = "/how-it-works"


class Demo(Server):
    """The server of a demo, which is replaced when it is killed."""

    began_s = 0.0

    async def may_be_killed(self) -> None:
        """Wait until the newest process has run for long enough."""
        await asyncio.sleep(max(0.0, self.began_s + LEAST_UP_S - time.monotonic()))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Return a demo that has just begun."""
    server = Demo(tmp_path_factory.mktemp("demo"), demo="on")
    server.start()
    server.began_s = time.monotonic()
    yield server
    server.end()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, demo: Demo) -> AsyncIterator[Visitor]:
    """Return a stranger on a phone, who wants nothing to move."""
    phone = ViewportSize(width=390, height=800)
    async with await browser.new_context(viewport=phone, reduced_motion="reduce") as context:
        visitor = Visitor(context, demo.origin)
        yield visitor
        assert visitor.console_errors == []


async def guest_page(visitor: Visitor, prefix: str = "/en") -> Page:
    """Return the page of a visitor who has become a guest, with an open connection."""
    page = await visitor.open(prefix + PAGE)
    await page.click(".guest form button")
    await expect(page.locator("[data-act=held]")).to_have_attribute("aria-disabled", "false")
    return page


async def run(page: Page, act: str) -> list[str]:
    """Press a button, and return the labels in its diagram when it has finished."""
    await page.locator(f"[data-sequence={act}]").evaluate("(list) => list.replaceChildren()")
    await page.click(f"[data-act={act}] >> nth=0")
    await expect(page.locator(f"[data-sequence={act}] li").first).to_be_visible()
    await expect(page.locator(".inspector:not([data-busy])")).to_be_attached()
    return await page.locator(f"[data-sequence={act}] [data-part=label]").all_inner_texts()


async def happened(page: Page, act: str) -> str:
    """Run a trial, and return what happened."""
    await run(page, act)
    return await page.locator(f"[data-part=happened-{act}]").inner_text()


async def test_a_stranger_draws_and_opens_messages_by_the_keyboard(visitor: Visitor) -> None:
    page = await visitor.open(f"/en{PAGE}")
    messages = page.locator("[data-sequence=stateless] li")
    await expect(messages).to_have_count(4)
    before = await messages.locator("[data-part=label]").all_inner_texts()

    await page.locator("[data-run=stateless] button").press("Enter")
    await expect(page.locator("[data-part=stateless-tries]")).to_have_text("2")
    await messages.first.locator("summary").press("Enter")

    texts = await messages.locator("[data-part=label]").all_inner_texts()
    assert len(set(texts) - set(before)) == 2
    assert await messages.locator("[data-part=way]").all_inner_texts() == [
        *("Browser to Server:", "Server to Browser:") * 2
    ]
    costs = await messages.locator("[data-part=cost]").all_inner_texts()
    assert all(re.fullmatch(r"\d+ bytes( · [\d.]+ ms)?", cost) for cost in costs)
    told = await messages.first.locator("[data-part=text]").inner_text()
    assert told.startswith("GET /en/api/how-it-works/stateless HTTP/1.1")
    assert "Cookie" not in told


async def test_every_diagram_shows_the_messages_that_were_sent(visitor: Visitor) -> None:
    page = await guest_page(visitor)
    await page.click("[data-run=session] button")
    await expect(page.locator("[data-part=session-tries]")).to_have_text("1")
    session = await page.locator("[data-sequence=session] [data-part=label]").all_inner_texts()

    held, tabs, drop = [await run(page, act) for act in ("held", "tabs", "drop")]

    assert session[1:4:2] == ["SELECT sessions", "SELECT carts"]
    assert held == ["op 1 line.add", "UPDATE carts", "0 rows", "ok 1", "patch"]
    assert {"hello", "welcome snapshot", "patch"} < set(tabs)
    assert tabs.count("patch") == 2
    assert drop[:2] == ["1006", "hello"]
    assert "welcome same" in drop
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_each_trial_keeps_what_was_promised(visitor: Visitor) -> None:
    page = await guest_page(visitor, "/zh-hant")

    twice, gap, moment, price = [
        await happened(page, act) for act in ("twice", "gap", "moment", "price")
    ]

    assert "收到 1 份更新" in twice
    assert "原有 0 件，之後 1 件" in twice
    assert "商店要求補上操作 1" in gap
    assert "成為版本 2 和 3" in gap
    assert "原本是版本 3" in moment
    assert set(re.findall(r"之後是 (\d)", moment)) == {"4", "5"}
    assert "price_rise" in price
    cart = await (await page.context.request.get(f"{visitor.origin}/api/cart")).json()
    assert [(line["qty"], line["state"]) for line in cart["cart"]["lines"]] == [(6, "ok")]
    assert await violations(page) == []


async def test_the_page_survives_its_server(visitor: Visitor, demo: Demo) -> None:
    page = await guest_page(visitor)
    await demo.may_be_killed()
    conn = await page.locator("[data-part=now-conn]").inner_text()

    labels = await run(page, "kill")
    demo.began_s = time.monotonic()

    told = await page.locator("[data-part=story]").inner_text()
    assert "revision 1 before, 1 after. Nothing that was confirmed is lost." in told
    assert labels[:3] == ["op 1 line.add", "ok 1", "patch"]
    assert "1006" in labels
    assert "welcome same" in labels
    assert await page.locator("[data-part=now-conn]").inner_text() != conn
    # The form has the token of the new server, which has only just begun.
    await page.click("[data-act=kill]")
    await expect(page.locator("[data-part=story]")).to_contain_text("only just started")
    assert "op 3 line.add" in await run(page, "held")
    refused = [text for text in visitor.console_errors if "status of 429" in text]
    assert len(refused) == 1  # browsers report every refused request
    visitor.console_errors.remove(refused[0])


async def test_without_javascript_it_is_a_written_lesson_whose_button_works(
    browser: Browser, demo: Demo
) -> None:
    async with await browser.new_context(java_script_enabled=False) as context:
        page = await Visitor(context, demo.origin).open(f"/zh-hant{PAGE}")
        await page.click(".guest form button")
        assert await page.locator("[data-kind=session] [data-part=queries]").inner_text() == "2"
        assert await page.locator("[data-kind=held] [data-part=queries]").inner_text() == "0"
        await page.locator("[data-sequence=session] summary").first.press("Enter")
        text = page.locator("[data-sequence=session] code").first
        await expect(text).to_contain_text("GET /zh-hant/how-it-works HTTP/1.1")
        await demo.may_be_killed()

        await page.click("#d-kill form button")

        await expect(page.locator("ul.notices")).to_contain_text("伺服器已被強制終止")
        await expect(page.locator("#guest h2")).to_have_text("您是這個示範站的訪客")
