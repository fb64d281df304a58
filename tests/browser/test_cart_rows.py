"""What cart rows and product cards show while lines are added, changed and removed."""

import asyncio
import json

from playwright.async_api import Page, expect

from tests.browser.visitor import Visitor, pause_clock, run_clock_until, shown
from tests.e2e.server import Server

APPLES = "gala-apples-500g"
LINE = "[data-rows=lines] > li"
ROW = f"[data-rows=lines] > [data-sku={APPLES}]"
CARD = f"main [data-card][data-sku={APPLES}]"

CLICK_AND_READ_CART = """
([button, row]) => new Promise((resolve) => {
  document.querySelector(button).click()
  const badge = document.querySelector("[data-part=cart-count]").textContent
  const found = document.querySelector(row)
  resolve([badge, found?.querySelector("[data-part=qty]").value, found?.hasAttribute("data-waits")])
})
"""


async def set_product(server: Server, sku: str, *arguments: str) -> None:
    """Change a product with the `product set` command."""
    await asyncio.to_thread(server.command, "product", "set", sku, *arguments)


def record_ops(page: Page) -> list[dict[str, object]]:
    """Record the ops that *page* sends from now on, without repeats."""
    ops: list[dict[str, object]] = []

    def on_frame(text: str | bytes) -> None:
        frame = json.loads(text)
        if frame["t"] == "op" and frame not in ops:
            ops.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", on_frame))
    return ops


async def test_an_add_is_shown_before_the_shop_answers(visitor: Visitor) -> None:
    page = await visitor.open("/shop?q=gala")
    await expect(page.locator("body")).to_have_attribute("data-link", "open")

    seen = await page.evaluate(CLICK_AND_READ_CART, [f"{CARD} [data-part=add]", ROW])

    assert seen == ["1", "1", True]
    await expect(page.locator(f"{CARD} .stepper")).to_be_visible()
    await expect(page.locator(ROW)).not_to_have_attribute("data-waits", "")


async def test_a_row_has_the_tint_of_its_card_from_the_first_frame_on(visitor: Visitor) -> None:
    page = await visitor.open("/shop?q=gala")
    plate = page.locator(f"{ROW} .plate")
    await visitor.add(page, APPLES)

    await expect(plate).to_have_class("plate plate-fruit")
    await page.reload()
    await expect(plate).to_have_class("plate plate-fruit")


async def test_fast_clicks_become_few_absolute_ops(visitor: Visitor) -> None:
    await visitor.refuse()
    page = await visitor.open("/shop?q=gala")
    ops = record_ops(page)
    await page.reload()
    await visitor.add(page, APPLES)
    await expect(page.locator(f"{CARD} [data-part=more]")).to_be_visible()

    await page.evaluate(
        "(more) => { for (let i = 0; i < 9; i += 1) document.querySelector(more).click() }",
        f"{CARD} [data-part=more]",
    )
    await expect(page.locator(ROW)).not_to_have_attribute("data-waits", "")

    assert (await shown(page)).count == "10"
    await expect(page.locator("aside [data-part=free-text]")).to_have_text(
        "£27.50 to free delivery"
    )
    assert [op["k"] for op in ops] == ["line.add"] + ["line.set"] * (len(ops) - 1)
    assert ops[-1]["qty"] == 10
    assert len(ops) <= 3


async def test_a_change_from_another_tab_is_highlighted_and_announced_and_keeps_focus(
    visitor: Visitor,
) -> None:
    here, there = await visitor.open("/cart"), await visitor.open("/shop?q=gala")
    await visitor.add(there, APPLES)
    await here.bring_to_front()
    field = here.locator(f"{ROW} [data-part=qty]")
    await field.fill("7")
    await pause_clock(here)  # the tint goes after a moment

    await visitor.more(there, APPLES)
    await run_clock_until(here, here.locator(f"{ROW}[data-tinted]").is_visible)
    await here.clock.run_for(600)
    await expect(here.locator(ROW)).to_have_attribute("data-tinted", "")
    await expect(here.locator(ROW)).to_contain_text("Changed elsewhere")
    await expect(here.locator("#polite")).to_have_text("Gala apples: changed elsewhere.")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("7")
    await here.clock.resume()
    await expect(here.locator(ROW)).not_to_have_attribute("data-tinted", "")

    await field.press("Tab")
    await expect(there.locator(f"{CARD} [data-part=qty]")).to_have_value("7")


async def test_a_removed_line_is_restored_by_its_undo_button_and_by_ctrl_z_in_any_tab(
    visitor: Visitor,
) -> None:
    here, there = await visitor.open("/shop?q=gala"), await visitor.open("/shop?q=gala")
    await visitor.add(here, APPLES)
    await expect(there.locator(LINE)).to_have_count(1)

    await here.locator(f"{ROW} [data-part=remove]").click()
    gone = here.locator("[data-removed]")
    await expect(gone).to_contain_text("Removed Gala apples")
    await gone.get_by_role("button", name="Undo").click()
    await expect(here.locator(ROW)).to_be_visible()
    await expect(gone).to_have_count(0)

    await here.locator(f"{ROW} [data-part=remove]").click()
    await expect(there.locator(LINE)).to_have_count(0)
    await there.bring_to_front()
    await there.keyboard.press("Control+z")
    await expect(there.locator(ROW)).to_be_visible()
    await expect(here.locator(ROW)).to_be_visible()


async def test_the_undo_notice_of_a_removed_line_stays_for_eight_seconds(visitor: Visitor) -> None:
    page = await visitor.open("/shop?q=gala")
    await visitor.add(page, APPLES)
    await expect(page.locator(ROW)).not_to_have_attribute("data-waits", "")
    await pause_clock(page)
    await page.locator(f"{ROW} [data-part=remove]").click()
    gone = page.locator("[data-removed]")

    await page.mouse.move(0, 0)
    await page.clock.run_for(1_000)  # meanwhile the focus moves to its button
    await page.evaluate("document.activeElement.blur()")
    await page.clock.run_for(4_000)
    await expect(gone).to_be_visible()
    await gone.hover()
    await page.clock.run_for(4_000)
    await expect(gone).to_be_visible()
    await page.mouse.move(0, 0)
    await page.clock.run_for(9_000)
    await page.clock.resume()

    await expect(gone).to_have_count(0)


async def test_a_quantity_above_the_stock_is_reduced_to_the_stock(
    visitor: Visitor, server: Server
) -> None:
    page = await visitor.open("/shop?q=gala")
    await set_product(server, APPLES, "--stock", "3")
    chip = page.locator(f"{CARD} [data-part=chip]")
    await expect(chip).to_have_text("3 left")
    await visitor.add(page, APPLES)
    await page.locator(f"{ROW} [data-part=qty]").fill("8")
    await page.keyboard.press("Enter")

    await expect(page.locator("#notices")).to_contain_text("Only 3 left, so your cart has 3.")
    await expect(page.locator(f"{ROW} [data-part=qty]")).to_have_value("3")


async def test_a_sold_out_product_is_marked_in_the_cart_and_on_its_card_and_announced(
    visitor: Visitor, server: Server
) -> None:
    page, bare = await visitor.open("/shop?q=gala"), await visitor.open("/shop?q=gala")
    sku = "gala-apples-500g"
    await visitor.add(page, sku)
    row = page.locator(f"[data-rows=lines] > [data-sku={sku}]")
    await expect(row).not_to_have_attribute("data-waits", "")
    card = bare.locator(f"main .card:has([data-sku={sku}])")
    before = await card.bounding_box()

    await set_product(server, sku, "--stock", "0")

    chip = card.locator(f"[data-sku={sku}] [data-part=chip]")
    await expect(chip).to_have_text("Just sold out")
    assert before
    assert await card.bounding_box() == before
    await expect(row).to_contain_text("Sold out")
    await expect(row.get_by_role("button", name="Decrease quantity of")).to_be_visible()
    await expect(row.get_by_role("button", name="Increase quantity of")).to_be_hidden()
    await expect(row.get_by_role("button", name="Remove Gala apples")).to_be_visible()
    await expect(row.get_by_role("link", name="See similar")).to_be_visible()
    await expect(page.locator("#assertive")).to_contain_text("sold out")
    await row.get_by_role("button", name="Save for later: Gala apples").click()
    saved = page.locator(f"[data-rows=saved] > [data-sku={sku}]")
    await expect(saved).to_contain_text("Sold out")
    await expect(saved.get_by_role("button", name="Move to cart")).to_be_hidden()
    await saved.get_by_role("button", name="Remove").click()
    await expect(saved).to_have_count(0)
    await expect(page.locator("#polite")).to_contain_text("Removed from your saved items.")


async def test_a_price_drop_is_announced_as_a_saving_and_stock_changes_are_not_announced(
    visitor: Visitor, server: Server
) -> None:
    page = await visitor.open("/shop?q=gala")
    sku = "gala-apples-2kg"
    await visitor.add(page, sku)
    row = page.locator(f"[data-rows=lines] > [data-sku={sku}]")
    await expect(row).not_to_have_attribute("data-waits", "")
    await set_product(server, "gala-apples-500g", "--stock", "7")
    await expect(page.locator(f"{CARD} [data-part=chip]")).to_have_text("7 left")
    await expect(page.locator("#assertive")).to_be_empty()

    await set_product(server, sku, "--price", "3.75")

    await expect(row).to_contain_text("You save £0.20")
    await expect(page.locator("#assertive")).to_have_text("Gala apples: now £3.75.")
