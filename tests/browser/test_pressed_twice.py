"""Buttons that are pressed twice, 0.15 s apart, in a real browser."""

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.visitor import PASSWORD, Visitor

MILK = "milk-2l"
PAUSE_MS = 150


async def press_twice(page: Page, button: str) -> None:
    """Press *button* and press it again while the first press is on its way."""
    await page.evaluate(
        """([button, pause]) => {
            const pressed = document.querySelector(button)
            pressed.click()
            setTimeout(() => pressed.click(), pause)
        }""",
        [button, PAUSE_MS],
    )


async def fill_in(page: Page, **typed: str) -> None:
    """Type into the fields of the form."""
    for name, value in typed.items():
        await page.fill(f"main input[name={name}]", value)


@pytest.mark.parametrize("what", ["register", "login"])
async def test_two_presses_sign_in_and_add_the_wanted_product_once(
    plain_visitor: Visitor, visitor: Visitor, what: str
) -> None:
    page = await visitor.open("/")
    await page.locator("[action='/logout'] button").click()
    await expect(page.locator("header >> text=Sign in")).to_be_visible()
    email = f"{uuid4().hex}@browser.example"
    if what == "login":
        await plain_visitor.context.request.post(
            f"{visitor.origin}/api/accounts",
            data={"email": email, "password": PASSWORD, "name": "Ada"},
        )
    await page.goto(f"{visitor.origin}/{what}?next=/cart&add={MILK}")
    await fill_in(page, email=email, password=PASSWORD)
    if what == "register":
        await fill_in(page, name="Ada")

    await press_twice(page, "main button[type=submit]")

    await expect(page.locator("h1")).to_contain_text("Your cart")
    await expect(page.locator(f"main [data-sku={MILK}] .qty")).to_have_value("1")
