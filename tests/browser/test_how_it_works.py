"""The page “How it works”: every button, and whether its figures are correct."""

import re
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.visitor import Visitor, pause_clock, run_clock_until
from tests.e2e.server import Server

PAGE = "/how-it-works"


async def open_connected(visitor: Visitor) -> Page:
    """Open the page, and wait until the inspector shows an open connection."""
    page = await visitor.open(PAGE)
    await expect(page.locator("[data-part=now-state]")).to_have_text("open")
    return page


async def figure(page: Page, kind: str, part: str) -> str:
    """Return the text of one part of a panel."""
    return await page.locator(f"[data-kind={kind}] [data-part={part}]").inner_text()


async def press(page: Page, act: str, done: str) -> str:
    """Press a button of the inspector; return its report once that contains *done*."""
    await page.click(f"[data-act={act}]")
    story = page.locator("[data-part=story]")
    await expect(story).to_contain_text(done)
    return await story.inner_text()


async def test_two_requests_without_a_cookie_come_from_two_strangers(
    browser: Browser, server: Server
) -> None:
    context = await browser.new_context()
    visitor = Visitor(context, server.origin)
    page = await visitor.open(PAGE)
    names: list[str] = []
    for tries in ("1", "2"):
        await page.click("[data-kind=stateless] .button")
        await expect(page.locator("[data-part=stateless-tries]")).to_have_text(tries)
        names += re.findall(
            "Hello, (stranger-[0-9a-f]{8})", await figure(page, "stateless", "answer")
        )

    assert len(set(names)) == 2
    assert await figure(page, "stateless", "queries") == "0"
    assert await page.locator("main a[href='/login?next=/how-it-works']").count() == 1
    assert await page.locator("main a[href='#guest']").count() == 12
    assert visitor.console_errors == []
    await context.close()


async def test_a_session_that_has_ended_is_named_as_the_reason_for_no_answer(
    visitor: Visitor,
) -> None:
    page = await open_connected(visitor)
    await visitor.context.clear_cookies()

    await page.click("[data-kind=session] .button")

    await expect(page.locator("[data-kind=session] [data-part=answer]")).to_have_text(
        "The cookie no longer names a login. Sign in and ask again."
    )
    refused = [text for text in visitor.console_errors if "status of 401" in text]
    assert len(refused) == 1  # browsers report every refused request
    visitor.console_errors.remove(refused[0])


async def test_a_session_costs_the_queries_that_the_server_counts_and_the_open_websocket_none(
    visitor: Visitor,
) -> None:
    page = await open_connected(visitor)
    async with page.expect_response("**/api/how-it-works/session") as caught:
        await page.click("[data-kind=session] .button")
    response: dict[str, Any] = await (await caught.value).json()
    await page.click("[data-act=ask]")
    await expect(page.locator("[data-part=held-tries]")).to_have_text("1")

    assert response["queries"] == 2
    assert await figure(page, "session", "queries") == str(response["queries"])
    assert await figure(page, "session", "rows") == str(response["rows"])
    assert await figure(page, "session", "bytes_out") == str(response["bytes_in"])
    assert await page.locator("[data-part=session-queries]").inner_text() == "2"
    assert await figure(page, "held", "queries") == "0"
    assert await figure(page, "held", "bytes_out") == str(len('{"t":"resync"}') + 6)
    assert "0 items in it, at revision 0" in await figure(page, "held", "answer")


async def test_a_dropped_connection_reconnects_as_the_next_generation(visitor: Visitor) -> None:
    page = await open_connected(visitor)
    generation = page.locator("[data-part=now-gen]")
    before = int(await generation.inner_text())

    story = await press(page, "drop", "exactly the cart from before")

    await expect(generation).to_have_text(str(before + 1))
    assert f"Generation {before + 1} says hello" in story
    closes = page.locator("[data-part=closes] li").first
    await expect(closes).to_contain_text("1006 the connection was lost")
    await expect(closes).to_contain_text("back after")


async def test_an_op_sent_twice_changes_the_cart_once(visitor: Visitor) -> None:
    page = await open_connected(visitor)

    story = await press(page, "twice", "in the cart before")

    first, second = [await page.locator(f"[data-part=verdict-{n}]").inner_text() for n in (1, 2)]
    assert first == second == '{"t":"ok","n":1,"rev":1}'
    change = "0 of this product in the cart before, 1 after; revision 0 before, 1 after."
    assert f"1 patch arrived: {change}" in story
    ops = page.locator("[data-part=frames] li", has=page.locator("strong", has_text="op"))
    texts = await ops.locator("code").all_text_contents()
    assert len(texts) == 2
    assert texts[0] == texts[1]
    fresh = await (await page.context.request.get(f"{visitor.origin}/api/cart")).json()
    assert [line["qty"] for line in fresh["cart"]["lines"]] == [1]


async def test_a_frozen_connection_queues_ops_and_saves_them_on_thaw(visitor: Visitor) -> None:
    page = await open_connected(visitor)
    await press(page, "twice", "in the cart before")
    await page.locator(".inspector").evaluate("(it) => { it.dataset.freezeMs = '1500' }")

    await pause_clock(page)
    await page.click("[data-act=freeze]")
    await run_clock_until(page, page.get_by_text("Frozen for").is_visible)
    await page.click("aside [data-part=more]")
    waiting = page.locator("[data-part=now-waiting]", has_text="1")
    await run_clock_until(page, waiting.is_visible)
    await expect(page.locator("[data-part=now-rev]")).to_have_text("1")
    await page.clock.resume()
    await expect(page.locator("[data-part=story]")).to_contain_text("Thawed. 1 operation waited")

    await expect(page.locator("[data-part=now-waiting]")).to_have_text("0")
    await expect(page.locator("[data-part=now-rev]")).to_have_text("2")


async def test_the_script_of_a_button_is_loaded_when_it_is_pressed(visitor: Visitor) -> None:
    page = await open_connected(visitor)
    lazy_scripts = {"costs.js", "experiments.js", "live_panel.js", "requests.js"}

    async def loaded() -> set[str]:
        names = "performance.getEntriesByType('resource').map(({ name }) => name)"
        return {name.rpartition("/")[2] for name in await page.evaluate(names)} & lazy_scripts

    assert await loaded() == set()
    await page.click("[data-act=ask]")
    await expect(page.locator("[data-part=held-tries]")).to_have_text("1")
    assert await loaded() == {"costs.js", "live_panel.js", "experiments.js"}


async def test_a_button_whose_script_fails_to_load_shows_an_error_and_can_be_pressed_again(
    visitor: Visitor,
) -> None:
    page = await open_connected(visitor)
    await page.route("**/experiments.js", lambda route: route.abort("connectionfailed"))
    await press(page, "drop", "could not be loaded")
    await page.unroute("**/experiments.js")

    await press(page, "drop", "exactly the cart from before")


async def test_the_panels_work_without_javascript(plain_visitor: Visitor) -> None:
    page = await plain_visitor.open(PAGE)
    await expect(page.locator("[data-kind=held]")).to_contain_text("needs JavaScript")

    await page.click("[data-kind=session] .button")

    assert await figure(page, "session", "queries") == "2"
    await expect(page.locator(".inspector")).to_be_hidden()
