"""Barcodes on staff's page of stock: read by the camera, or typed by a scanner."""

from playwright.async_api import expect

from tests.browser import actions
from tests.browser.browser_session import BrowserSession
from tests.browser.person import Role

CAMERA = f"""
    globalThis.BarcodeDetector = class {{
      detect = async () => [{{ rawValue: "{actions.EDITED}" }}]
    }}
    navigator.mediaDevices.getUserMedia = async () => {{
      globalThis.stream = document.createElement("canvas").captureStream()
      return globalThis.stream
    }}
"""
"""A browser that reads barcodes, of which Chromium on Linux is none, before a camera."""
NO_CAMERA = """
    globalThis.BarcodeDetector = class {}
    navigator.mediaDevices.getUserMedia = async () => { throw new Error("refused") }
"""


async def test_a_code_before_the_camera_opens_its_product(browser_session: BrowserSession) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        await grace.context.add_init_script(CAMERA)
        page = await grace.open("/staff/stock")

        await page.get_by_role("button", name="Scan with the camera").click()

        await page.wait_for_url(f"**/staff/stock/{actions.EDITED}")
        assert grace.console_errors == []


async def test_a_camera_that_is_refused_is_told(browser_session: BrowserSession) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        await grace.context.add_init_script(NO_CAMERA)
        page = await grace.open("/staff/stock")

        await page.get_by_role("button", name="Scan with the camera").click()

        await expect(page.locator("[data-part=scan-status]")).to_contain_text("Type the code")


async def test_what_a_scanner_types_is_found_wherever_the_focus_is(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.STAFF) as grace:
        page = await grace.open("/staff/stock")
        await expect(page.get_by_role("button", name="Scan with the camera")).to_be_hidden()
        await page.get_by_role("link", name="Log of stock").focus()

        await page.keyboard.type("96385074")
        await page.keyboard.press("Enter")

        await page.wait_for_url("**/staff/stock?q=96385074")
        assert grace.console_errors == []
