"""Actions that have mails be written, sent and read."""

import re

from playwright.async_api import Page

from tests.browser import actions
from tests.browser.person import Person
from tests.waiting import until


async def have_mail_wait(person: Person) -> None:
    """Have a mail wait that staff may have tried now."""
    person.live_database.write_mail("ada@shop.example", wait_s=3600)


async def place_order_and_receive_mail(person: Person) -> str:
    """Place an order, and return the page of the mail about it."""
    await actions.place_order(person)

    async def find_mail() -> str:
        page = await person.context.request.get(f"{person.origin}/demo/mail")
        found = re.search(r'/demo/mail/[^"]+', await page.text())
        return found[0] if found else ""

    return await until(find_mail)


async def open_mail(person: Person, page: Page) -> None:
    """From the page of a mail that there is not, go to that of the newest."""
    await page.goto(person.origin + await place_order_and_receive_mail(person))
