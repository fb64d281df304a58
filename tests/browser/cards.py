"""Orders that are paid by card, on a shop that takes none: their payments are only written down."""

from playwright.async_api import Page

from app.domain.payments import PaymentState
from tests.browser.actions import place_order
from tests.browser.person import Person


async def order_by_card(person: Person, state: PaymentState = PaymentState.CREATED) -> str:
    """Place an order that is paid by card, with a payment in *state*; return its number."""
    await place_order(person)
    response = await person.context.request.get(f"{person.origin}/api/orders")
    number: str = (await response.json())["orders"][0]["number"]
    person.live_database.pay_by_card(number, state)
    return number


async def await_payment(person: Person) -> None:
    """Place an order that awaits payment by card."""
    await order_by_card(person)


async def open_payment(person: Person, page: Page) -> None:
    """Open staff's page of a payment by card, which is held."""
    number = await order_by_card(person, PaymentState.AUTHORISED)
    await page.goto(f"{person.origin}/staff/orders/{number}/payment")
