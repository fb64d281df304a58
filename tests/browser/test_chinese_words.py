"""In Chinese, nothing that is shown or read out is English, whatever the scripts say meanwhile.

The pseudo-language walk of tests/http/test_pseudo_language.py sees what the server writes. This one
sees what the scripts write: toasts, live regions, the status, dialogs and the lesson.
"""

import re

from playwright.async_api import Page, expect

from tests.browser.actions import open_row, place_order
from tests.browser.browser_session import BrowserSession
from tests.browser.person import IN_CART, Person, Role
from tests.browser.visitor import connected, settled
from tests.e2e.orders import HOME

APPLES, CARROTS, MILK = IN_CART
WORD = re.compile(r"[A-Za-z]{2,}")
LATIN = (
    r"Basket & Leaf|Ada Lovelace|Grace Hopper|Linux|Chrome|Europe/London|[\w.]+@[\w.]+",
    *(re.escape(value) for value in HOME.values()),
    r"[2-9A-Z]{4}-[2-9A-Z]{4}|SW1A 1AA|FIVEOFF|stranger-\w+|[\w.-]*\d[\w.-]*",  # codes and ids
    r"GB(?= \d{3} \d{4} )|GBP",  # a tax number, and the code of a currency
    r"(?<=\d )(?:ms|KiB)|kill -9|bin/run|docs/performance\.md",
    r"HTTP|SSE|SQL|BEGIN|COMMIT|JavaScript|SKU|UTF-8|WebSocket|[Cc]ookie|session|hello",
    r"shop load|shopping|hammer|\bhttp\b",  # the load test, and its scenarios
    r"Ctrl|Delete|SELECT \w+|UPDATE \w+",
    r"(?:op \d+ )?line\.\w+|need \d+|price_rise",
    r"\b(?:op|ok|patch|prices|tabs|snapshot|resync|welcome|same|ping|pong)\b",
)
"""Names, codes, units, commands, keys and words of protocols: the same in all languages."""
SAME_IN_ALL = re.compile("|".join(LATIN))
WATCH = """
(() => {
  const texts = window.texts = new Set()
  const SAID = ["aria-label", "title", "placeholder", "alt"]
  const isLeftOut = (element) => element.closest(
    "script, style, noscript, code, pre, [lang]:not(html)")
  const isShown = (element) => element.closest("[aria-live], [role=status], [role=alert], title")
    || element.checkVisibility({ visibilityProperty: true })
  const note = (element) => {
    if (isLeftOut(element) || !isShown(element)) return
    const isReason = element.matches(".staff-verdicts dt")  // whose title is that of the protocol
    for (const name of isReason ? [] : SAID) texts.add(element.getAttribute(name) ?? "")
    for (const node of element.childNodes) if (node.nodeType === 3) texts.add(node.data)
  }
  const noteAll = () => {
    if (document.documentElement) document.querySelectorAll("*").forEach(note)
  }
  new MutationObserver(noteAll).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
  })
  window.seen = () => { noteAll(); return [...texts] }
})()
"""


async def english_words(page: Page) -> set[str]:
    """Return what *page* has said since it was opened that has a word in Latin letters in it."""
    assert await page.evaluate("document.documentElement.lang") == "zh-Hant"
    texts = [" ".join(text.split()) for text in await page.evaluate("seen()")]
    assert len(texts) > 20, "the page says nothing"
    return {text for text in texts if WORD.search(SAME_IN_ALL.sub("", text))}


async def shop_and_check_out(ada: Person) -> set[str]:
    """Change a cart, also without a network, and place an order; return what is English."""
    page = await ada.open("/zh-hant/cart")
    await connected(page)
    await page.click(f"main [data-sku={APPLES}] [data-part=remove]")
    await page.click(f"main [data-sku={CARROTS}] [data-part=save]")
    await page.fill("#voucher-code", "FIVEOFF")
    await page.click("[data-part=voucher-form] button")
    await settled(page)
    await page.locator("body").press("?")
    await expect(page.locator("dialog:modal")).to_be_visible()
    await page.keyboard.press("Escape")

    await ada.context.set_offline(True)
    await expect(page.locator("[data-part=status-text]")).to_contain_text("離線")
    await page.click(f"main [data-sku={MILK}] [data-part=more]")
    await expect(page.locator("[data-part=status-text]")).to_contain_text("1 項變更")
    await page.click("[action$='/logout'] button")
    await expect(page.locator("#notices button").first).to_be_visible()
    await page.locator("#notices button").last.click()
    await ada.context.set_offline(False)
    await connected(page)
    await settled(page)
    found = await english_words(page)

    await page.goto(f"{ada.origin}/zh-hant/shop?q=牛奶")
    await connected(page)
    await page.fill("#q", "蘋果")
    await expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    found |= await english_words(page)

    await page.goto(f"{ada.origin}/zh-hant/checkout")
    await connected(page)
    for name, value in (HOME | {"postcode": "12345"}).items():
        await page.fill(f"main [name={name}]", value)
    await page.click("[data-part=place]")
    await expect(page.locator("main [aria-invalid=true]")).to_be_visible()
    found |= await english_words(page)
    await page.fill("main [name=postcode]", HOME["postcode"])
    await page.click("[data-part=place]")
    await expect(page.locator(".timeline")).to_be_visible()
    return found | await english_words(page)


async def try_the_lesson(ada: Person) -> set[str]:
    """Ask in all ways and try all but the long experiment; return what is English."""
    page = await ada.open("/zh-hant/how-it-works")
    await connected(page)
    for way in ("stateless", "session"):
        await page.click(f"[data-run={way}] button")
        await expect(page.locator(f"[data-part={way}-tries]")).to_have_text("1")
    acts = await page.locator("[data-act]:visible").evaluate_all(
        "(all) => [...new Set(all.map((one) => one.dataset.act))]"
    )
    assert {"held", "drop", "twice"} < set(acts)
    for act in set(acts) - {"freeze", "kill"}:
        await page.click(f"[data-act={act}]:visible >> nth=0")
        await expect(page.locator(".inspector:not([data-busy])")).to_be_attached()
    return await english_words(page)


async def work_as_staff(grace: Person) -> set[str]:
    """Pack an order and edit a product; return what is English."""
    page = await grace.open("/zh-hant/staff/orders")
    await page.click(".staff-order button >> nth=0")
    await expect(page.locator(".notices")).to_contain_text("已包裝")
    found = await english_words(page)

    await page.goto(f"{grace.origin}/zh-hant/staff/products")
    form = await open_row(page.locator(f"#{APPLES}"))
    await form.locator("[name=stock_by]").fill("x")
    await form.locator("[name=reason]").fill("盤點")
    await form.locator("button").first.click()
    await expect(page.locator("[aria-invalid=true]")).to_be_visible()
    found |= await english_words(page)

    await page.goto(f"{grace.origin}/zh-hant/staff/live")
    await connected(page)
    return found | await english_words(page)


async def test_scripts_say_nothing_in_english_on_chinese_pages(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.SHOPPER) as ada:
        await ada.context.add_init_script(WATCH)
        bought = await shop_and_check_out(ada)
        learned = await try_the_lesson(ada)
    async with browser_session.new_person(Role.STAFF) as grace:
        await place_order(grace)
        await grace.context.add_init_script(WATCH)
        packed = await work_as_staff(grace)

    assert (bought, learned, packed) == (set(), set(), set())
