"""Somebody waits for what is sold out, and is told on the open page when it is theirs."""

import asyncio

from playwright.async_api import expect

from tests.browser.visitor import Visitor, connected
from tests.e2e.server import Server

APPLES = "gala-apples-500g"
OF_ANOTHER = """() => {
  document.body.dataset.cart = "another"
  const offers = document.querySelector('[data-part="offers"]')
  const note = () => { document.body.dataset.offered = "" }
  new MutationObserver(note).observe(offers, { childList: true })
}"""
"""Has a page be one of another's cart, and note if it shows an offer."""


async def test_what_comes_back_is_offered_on_the_open_page_and_taken_with_one_press(
    visitor: Visitor, server: Server
) -> None:
    page = await visitor.open(f"/p/gala-apples?size={APPLES}")
    product = page.locator(f"article[data-sku={APPLES}]")
    tell = product.get_by_role("button", name="Tell me when available")
    await expect(tell).to_be_hidden()

    await asyncio.to_thread(server.command, "product", "set", APPLES, "--stock", "0")
    await tell.click()
    await expect(page.get_by_text("We tell you when you can have it")).to_be_visible()
    await connected(page)
    beside = await visitor.open("/cart")
    await connected(beside)
    await beside.evaluate(OF_ANOTHER)
    await asyncio.to_thread(server.command, "product", "set", APPLES, "--stock", "1")
    offer = page.locator(f"[data-offer={APPLES}]")
    await expect(offer).to_contain_text("Yours for 5 minutes: Gala apples")
    await offer.get_by_role("button", name="Add to cart").click()

    await expect(offer).to_have_count(0)
    await expect(page.locator(f"[data-rows=lines] > [data-sku={APPLES}]")).to_have_count(1)
    await expect(page.locator("[data-part=hold]").first).to_have_text("Held for you")
    await expect(beside.locator(f"[data-rows=lines] > [data-sku={APPLES}]")).to_have_count(1)
    assert await beside.evaluate("document.body.dataset.offered") is None
