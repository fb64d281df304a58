"""Ops made offline: shown as pending, stored, and sent by the account that made them."""

import asyncio

from playwright.async_api import Locator, Page, expect

from tests.browser.visitor import PASSWORD, Visitor, connected, settled, shown
from tests.e2e.server import Server
from tests.waiting import until

APPLES, PEARS = "gala-apples-500g", "gala-apples-2kg"
LINE = "[data-rows=lines] > li"
TEXT = "[data-part=status-text]"

DAY_HOURS, TWO_YEARS_HOURS = 25, 2 * 366 * 24
MAKE_OLD = """
([account, hours, sent]) => new Promise((resolve, reject) => {
  const opening = indexedDB.open(`shop ${account}`)
  opening.onerror = reject
  opening.onsuccess = () => {
    const change = opening.result.transaction("outboxes", "readwrite")
    const rows = change.objectStore("outboxes")
    rows.getAll().onsuccess = ({ target }) => {
      for (const row of target.result) {
        for (const one of row.waiting) {
          one.since -= hours * 60 * 60 * 1000
          one.sent = sent
        }
        rows.put(row)
      }
    }
    change.oncomplete = resolve
  }
})
"""


COUNT_STORED = """
(account) => new Promise((resolve, reject) => {
  const opening = indexedDB.open(`shop ${account}`)
  opening.onerror = reject
  opening.onsuccess = () => {
    const rows = opening.result.transaction("outboxes").objectStore("outboxes")
    rows.getAll().onsuccess = ({ target }) => {
      opening.result.close()
      resolve(target.result.reduce((sum, row) => sum + row.waiting.length, 0))
    }
  }
})
"""


async def wait_until_stored(page: Page, changes: int) -> None:
    """Wait until so many *changes* are in IndexedDB: a test closes pages faster than people do."""
    account = await page.locator("body").get_attribute("data-account")

    async def are_stored() -> bool:
        return bool(await page.evaluate(COUNT_STORED, account) == changes)

    await until(are_stored)


async def shop_offline(visitor: Visitor, *skus: str) -> Page:
    """Open the shop, go offline, and add one of each of *skus*."""
    page = await visitor.open("/shop?q=gala")
    await connected(page)
    await visitor.context.set_offline(True)
    await expect(page.locator(TEXT)).to_contain_text("Offline")
    for sku in skus:
        await visitor.add(page, sku)
    await wait_until_stored(page, len(skus))
    return page


async def test_the_status_shows_offline_and_a_notice_after_reconnecting_counts_the_saved_changes(
    visitor: Visitor,
) -> None:
    page = await shop_offline(visitor, APPLES, PEARS)

    await expect(page.locator(TEXT)).to_contain_text("Offline: 2 changes waiting · cart from ")
    for row in await page.locator(LINE).all():
        await expect(row.locator(".mark")).to_have_css("opacity", "1")
    await visitor.context.set_offline(False)

    await expect(page.locator("#notices")).to_contain_text("Back online: 2 changes saved")
    await expect(page.locator("[data-part=status]")).to_be_hidden()
    await settled(page)


async def wait_until_sold_out(visitor: Visitor, sku: str) -> None:
    """Wait until the server has noticed it, which looks seldom while nobody is connected."""

    async def is_sold_out() -> bool:
        answer = await visitor.context.request.get(f"{visitor.origin}/api/products/{sku}")
        return bool((await answer.json())["stock"] == 0)

    await until(is_sold_out)


async def test_the_notice_after_reconnecting_names_the_change_that_failed_and_why(
    visitor: Visitor, server: Server
) -> None:
    page = await shop_offline(visitor, APPLES, "gala-apples-1kg")
    await asyncio.to_thread(server.command, "product", "set", "gala-apples-1kg", "--stock", "0")
    await wait_until_sold_out(visitor, "gala-apples-1kg")

    await visitor.context.set_offline(False)

    notices = page.locator("#notices")
    await expect(notices).to_contain_text("Back online: 1 of 2 changes saved")
    await expect(notices).to_contain_text("Gala apples: no more available.")
    assert (await shown(page)).rows == ((APPLES, "1"),)


async def test_pending_ops_of_a_closed_page_are_sent_by_the_next_page(visitor: Visitor) -> None:
    gone = await shop_offline(visitor, APPLES)
    await visitor.more(gone, APPLES)
    await wait_until_stored(gone, 2)
    await gone.close()
    await visitor.context.set_offline(False)

    page = await visitor.open("/cart")

    await expect(page.locator(f"{LINE} [data-part=qty]")).to_have_value("2")
    await page.reload()
    await connected(page)
    await settled(page)
    assert (await shown(page)).rows == ((APPLES, "2"),)


async def test_an_op_made_while_the_page_unloads_is_stored(visitor: Visitor) -> None:
    page = await shop_offline(visitor)

    await page.locator(f"main [data-sku={APPLES}] [data-part=add]").evaluate(
        "(add) => { add.click(); dispatchEvent(new PageTransitionEvent('pagehide')) }"
    )

    await wait_until_stored(page, 1)


async def test_the_outbox_of_a_closed_tab_is_sent_by_a_tab_that_was_already_open(
    visitor: Visitor,
) -> None:
    open_tab = await visitor.open("/shop?q=gala")
    await connected(open_tab)
    closed_tab = await shop_offline(visitor, APPLES, PEARS)
    await closed_tab.close()

    await visitor.context.set_offline(False)
    await connected(open_tab)

    await expect(open_tab.locator(LINE)).to_have_count(2)
    assert [sku for sku, _ in (await shown(open_tab)).rows] == [APPLES, PEARS]


async def leave_old_change(visitor: Visitor, hours: int, *, sent: bool) -> Page:
    """Open the shop with a pending change that is so old, and was sent or not."""
    page = await shop_offline(visitor, APPLES)
    account = await page.locator("body").get_attribute("data-account")
    await page.close()
    await visitor.context.set_offline(False)
    bare = await visitor.open("/static/img/favicon.svg")
    await bare.evaluate(MAKE_OLD, [account, hours, sent])
    await bare.close()
    return await visitor.open("/shop?q=gala")


async def find_old_change(visitor: Visitor) -> tuple[Page, Locator]:
    """Return a page with a pending change from yesterday, and its confirmation prompt."""
    page = await leave_old_change(visitor, DAY_HOURS, sent=False)
    question = page.locator("[data-question]")
    await expect(question).to_contain_text("1 change not saved for more than a day. Send now?")
    await expect(page.locator(f"{LINE}[data-waits]")).to_have_count(1)
    return page, question


async def test_ops_older_than_a_day_are_sent_only_after_a_confirmation(visitor: Visitor) -> None:
    page, question = await find_old_change(visitor)

    await question.get_by_role("button", name="Send now").click()
    await settled(page)

    await page.reload()
    await connected(page)
    await settled(page)
    assert (await shown(page)).rows == ((APPLES, "1"),)


async def test_ops_older_than_a_day_can_be_discarded(visitor: Visitor) -> None:
    page, question = await find_old_change(visitor)

    await question.get_by_role("button", name="Discard").click()
    await expect(page.locator(LINE)).to_have_count(0)
    await expect(question).to_have_count(0)
    await wait_until_stored(page, 0)

    await visitor.add(page, PEARS)
    await settled(page)
    await page.reload()
    await connected(page)
    assert (await shown(page)).rows == ((PEARS, "1"),)


async def test_an_op_that_was_sent_years_ago_is_not_repeated_and_the_page_says_so(
    visitor: Visitor,
) -> None:
    page = await leave_old_change(visitor, TWO_YEARS_HOURS, sent=True)

    await expect(page.locator("#notices")).to_contain_text(
        "1 change from more than a year ago may have been saved then. Please check your cart."
    )
    await expect(page.locator(LINE)).to_have_count(0)
    await wait_until_stored(page, 0)
    await connected(page)
    await visitor.add(page, PEARS)
    await settled(page)
    assert (await shown(page)).rows == ((PEARS, "1"),)


async def test_the_age_of_the_cart_is_true_whatever_the_clock_is_set_to(visitor: Visitor) -> None:
    await visitor.context.clock.install()
    page = await shop_offline(visitor)
    await expect(page.locator(TEXT)).to_have_text("Offline · cart from just now")
    await page.clock.run_for(120_000)
    await expect(page.locator(TEXT)).to_have_text("Offline · cart from 2 min ago")

    await page.clock.set_system_time("2031-05-06T07:08:09")
    await page.clock.run_for(15_000)

    await expect(page.locator(TEXT)).to_have_text("Offline · cart from earlier")


async def test_another_account_never_sends_the_pending_ops_of_this_one(visitor: Visitor) -> None:
    page = await shop_offline(visitor, APPLES)
    first = await page.locator("body").get_attribute("data-account")
    await page.close()
    await visitor.context.set_offline(False)
    await visitor.context.clear_cookies()
    await visitor.register("somebody.else@browser.example")

    other = await visitor.open("/shop?q=gala")
    await connected(other)
    assert await other.locator("body").get_attribute("data-account") != first
    assert (await shown(other)).rows == ()
    await expect(other.locator("[data-part=status]")).to_be_hidden()


async def test_after_signing_in_again_in_a_dialog_the_pending_ops_are_sent(
    visitor: Visitor, server: Server
) -> None:
    email = "returns@browser.example"
    await visitor.context.clear_cookies()
    await visitor.register(email)
    page = await shop_offline(visitor, APPLES)
    await visitor.context.clear_cookies()
    await visitor.context.set_offline(False)

    dialog = page.get_by_role("dialog", name="Sign in again")
    await expect(dialog).to_be_visible()
    await expect(page.locator(f"{LINE}[data-waits]")).to_have_count(1)
    await dialog.get_by_label("E-mail").fill(email)
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in").click()

    await expect(dialog).to_be_hidden()
    await settled(page)
    await page.goto(server.origin + "/cart")
    assert (await shown(page)).rows == ((APPLES, "1"),)
