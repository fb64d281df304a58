"""Search suggestions, with a keyboard, a mouse and a screen reader."""

import re

from playwright.async_api import Page, expect

from tests.browser.visitor import Visitor, pause_clock

OPTIONS = "#suggestions [role=option]"
MEANT = "Did you mean “broccoli”?"


async def open_and_type(visitor: Visitor, words: str) -> Page:
    page = await visitor.open("/")
    await page.get_by_role("combobox", name="Search the shop").press_sequentially(words)
    await expect(page.locator(OPTIONS).first).to_be_visible()
    return page


async def test_suggestions_are_listed_and_the_field_is_marked_as_expanded(visitor: Visitor) -> None:
    page = await open_and_type(visitor, "gala")
    field = page.locator("#q")

    await expect(field).to_have_attribute("aria-expanded", "true")
    await expect(page.locator(OPTIONS).first).to_contain_text("Gala apples")
    await expect(page.locator(OPTIONS).last).to_have_text("All results for “gala”")
    await expect(page.locator("#polite")).to_contain_text("suggestions.")


async def test_arrow_keys_select_a_suggestion_and_enter_opens_it(visitor: Visitor) -> None:
    page = await open_and_type(visitor, "gala")
    field = page.locator("#q")

    await field.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", "suggestions-0")
    await field.press("ArrowUp")
    assert await field.get_attribute("aria-activedescendant") is None
    await field.press("ArrowUp")
    await expect(page.locator(OPTIONS).last).to_have_attribute("aria-selected", "true")
    await field.press("ArrowDown")
    await field.press("ArrowDown")
    await field.press("Enter")

    await page.wait_for_url("**/p/gala-apples?size=*")


async def test_a_slip_of_typing_is_answered_with_a_correction(visitor: Visitor) -> None:
    page = await open_and_type(visitor, "brocoli")

    await expect(page.locator(OPTIONS)).to_have_text([re.compile("^Broccoli"), MEANT])
    await expect(page.locator("#polite")).to_have_text(MEANT)
    await page.locator("#q").press("ArrowUp")
    await page.locator("#q").press("Enter")

    await page.wait_for_url("**/shop?q=broccoli")


async def test_escape_closes_the_list_and_keeps_the_typed_text(visitor: Visitor) -> None:
    page = await open_and_type(visitor, "gala")

    await page.locator("#q").press("Escape")

    await expect(page.locator("#suggestions")).to_be_hidden()
    await expect(page.locator("#q")).to_have_value("gala")
    await expect(page.locator("#q")).to_have_attribute("aria-expanded", "false")


async def test_enter_without_a_selection_searches_and_so_does_the_last_option(
    visitor: Visitor,
) -> None:
    page = await open_and_type(visitor, "milk")
    await page.locator("#q").press("Enter")
    await page.wait_for_url("**/shop?q=milk")

    page = await open_and_type(visitor, "milk")
    await page.locator(OPTIONS).last.click()
    await page.wait_for_url(re.compile(r"/shop\?q=milk$"))


async def test_what_an_input_method_composes_is_looked_for_once_it_is_chosen(
    visitor: Visitor,
) -> None:
    page = await visitor.open("/en/")
    await page.locator("#q").focus()
    await expect(page.locator("#suggestions")).to_be_attached()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    ime = await visitor.context.new_cdp_session(page)
    await pause_clock(page)

    for composed in ("n", "niu", "牛奶"):
        place = len(composed)
        where = {"selectionStart": place, "selectionEnd": place}
        await ime.send("Input.imeSetComposition", {"text": composed, **where})
        await page.clock.run_for(1_000)
    await page.keyboard.press("Enter")
    assert requested == []
    await ime.send("Input.insertText", {"text": "牛奶"})
    await page.clock.run_for(1_000)

    await expect(page.locator(OPTIONS).first).to_contain_text("Whole milk")
    await expect(page.locator("#q")).to_have_value("牛奶")
    assert page.url.endswith("/en/")


async def test_one_character_is_a_word_in_chinese_but_no_letter_is(visitor: Visitor) -> None:
    page = await open_and_type(visitor, "薑")
    await expect(page.locator(OPTIONS).first).to_contain_text("Ginger")

    await page.locator("#q").fill("g")

    await expect(page.locator("#suggestions")).to_be_hidden()


async def test_a_word_without_matches_has_no_suggestions(visitor: Visitor) -> None:
    page = await visitor.open("/")

    await page.locator("#q").press_sequentially("xyzzy")

    await expect(page.locator("#polite")).to_have_text("No suggestions.")
    await expect(page.locator("#suggestions")).to_be_hidden()


async def test_a_closed_list_stays_closed_and_cancels_the_delayed_request(
    visitor: Visitor,
) -> None:
    page = await open_and_type(visitor, "gala")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))

    await pause_clock(page)
    await page.locator("#q").press("s")
    await page.locator("#q").press("Escape")
    await page.clock.run_for(1_000)

    await expect(page.locator("#suggestions")).to_be_hidden()
    assert [url for url in requested if "/api/products" in url] == []


async def test_typing_on_aborts_the_request_in_flight(visitor: Visitor) -> None:
    page = await visitor.open("/")
    await page.route("**/api/products?q=gal", lambda _: None)
    await page.locator("#q").focus()
    await expect(page.locator("#suggestions")).to_be_attached()
    await pause_clock(page)
    await page.locator("#q").press_sequentially("gal")
    async with page.expect_request("**/api/products?q=gal"):
        await page.clock.run_for(200)

    async with page.expect_event("requestfailed") as failed:
        await page.locator("#q").press("a")

    assert (await failed.value).url.endswith("q=gal")


async def test_stale_suggestions_are_hidden_if_the_next_request_fails(
    visitor: Visitor,
) -> None:
    page = await open_and_type(visitor, "gala")

    await page.route("**/api/products?**", lambda route: route.abort("connectionfailed"))
    await page.locator("#q").press("s")

    await expect(page.locator("#suggestions")).to_be_hidden()
    await expect(page.locator("#q")).to_have_attribute("aria-expanded", "false")
