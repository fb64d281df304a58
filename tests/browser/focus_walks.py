"""The pages whose acts are all pressed, and what is done before."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from app.domain.mail_tokens import Purpose
from app.domain.payments import PaymentState
from tests.browser import actions, cards, helping, households, links, mails
from tests.browser.passkeys import need_confirmation, open_own_passkey
from tests.browser.person import IN_CART, Person, Role
from tests.browser.visitor import PASSWORD
from tests.e2e.orders import HOME

SIGNED_OUT, NEWCOMER, SHOPPER, STAFF = Role
SAVED = ("bananas-1kg", "lemons-each")

Setup = Callable[[Person], Awaitable[str | None]]


async def fill_cart(person: Person) -> None:
    """Have five products in the cart, two of them saved for later."""
    await person.submit_ops(
        {"k": "voucher.set", "code": None},
        *({"k": "line.set", "sku": sku, "qty": 3} for sku in (*IN_CART, *SAVED)),
        *({"k": "line.save", "sku": sku} for sku in SAVED),
    )


async def place_order(person: Person) -> str:
    """Place an order, fill the cart again, and return the page of the order."""
    await fill_cart(person)
    await actions.place_order(person)
    await fill_cart(person)
    response = await person.context.request.get(f"{person.origin}/api/orders")
    return f"/orders/{(await response.json())['orders'][0]['number']}"


async def show_receipt(person: Person) -> str:
    """Place an order, and return the page of its receipt."""
    return f"{await place_order(person)}/receipt"


async def ask_to_cancel(person: Person) -> str:
    """Place an order, and return the page that asks before it is cancelled."""
    return f"{await place_order(person)}/cancel"


async def ask_to_cancel_as_staff(person: Person) -> str:
    """Place an order, and return staff's page that asks before it is cancelled."""
    return f"/staff{await place_order(person)}/cancel"


async def hold_payment(person: Person) -> str:
    """Place an order by card, and return staff's page of its payment."""
    await fill_cart(person)
    number = await cards.order_by_card(person, PaymentState.AUTHORISED)
    return f"/staff/orders/{number}/payment"


async def place_order_for_staff(person: Person) -> None:
    """Place an order."""
    await place_order(person)


async def receive_mail(person: Person) -> str:
    """Place an order, fill the cart again, and return the page of the mail about the order."""
    await fill_cart(person)
    mail = await mails.place_order_and_receive_mail(person)
    await fill_cart(person)
    return mail


async def add_addresses(person: Person) -> None:
    """Have two addresses, and sign in on another device."""
    await _add_address(person)
    await _add_address(person)
    await _sign_in_elsewhere(person, person.email)


async def open_address(person: Person) -> str:
    """Add an address, and return its page."""
    await _add_address(person)
    return await _first_link(person, "/account", r"/account/addresses/[^/\"]*\d[^/\"]*")


async def ask_to_remove_address(person: Person) -> str:
    """Add an address, and return the page that asks before it is removed."""
    return f"{await open_address(person)}/remove"


async def add_account(person: Person) -> str:
    """Add an account that is signed in twice, and return staff's page of it."""
    email = f"{uuid4().hex}@browser.example"
    person.live_database.add_account(email, "Bob")
    await _sign_in_elsewhere(person, email)
    await _sign_in_elsewhere(person, email)
    return await _first_link(person, f"/staff/accounts?q={email}", '/staff/accounts/u-[^"]+')


async def ask_to_disable(person: Person) -> str:
    """Add an account, and return the page that asks before it is disabled."""
    return f"{await add_account(person)}/ask?act=disable"


async def _add_address(person: Person) -> None:
    url = f"{person.origin}/account/addresses/new"
    form: dict[str, str | float | bool] = dict(HOME)
    await person.context.request.post(url, form=form, max_redirects=0)


async def _sign_in_elsewhere(person: Person, email: str) -> None:
    browser = person.context.browser
    assert browser
    context = await browser.new_context()
    body = {"email": email, "password": PASSWORD}
    assert (await context.request.post(f"{person.origin}/api/session", data=body)).ok
    await context.close()


async def _first_link(person: Person, page: str, pattern: str) -> str:
    text = await (await person.context.request.get(person.origin + page)).text()
    found = re.search(f'href="({pattern})"', text)
    assert found
    return found[1]


@dataclass(frozen=True)
class Walk:
    """A page, the person who sees it, and what is typed into its fields before each act.

    `setup` may return the address of this very page.
    """

    path: str
    role: Role = SIGNED_OUT
    setup: Setup | None = None
    typed: dict[str, str] = field(default_factory=dict)
    width: int = 1280

    @property
    def name(self) -> str:
        """How tests call it."""
        setup = f", {self.setup.__name__}" if self.setup else ""
        return f"{self.path}, {self.role.value}{setup}, {self.width}"


_ADDRESS = {f"main input[name={name}]": text for name, text in HOME.items() if text}
_WRONG = {"#email": "nobody@shop.example", "#password": "password1", "main #name": "Ada"}
_GUESS = {"#password": "password1"}
_EDIT = {"main [name=price]": "1.11", "main [name=reason]": "Offer"}
_NEW = {
    **{f"main [name={name}]": "Oat drink" for name in ("name", "unit", "description")},
    **{f"main [name={name}]": "Not so" for name in ("sku", "slug")},
    **{f"main [name={name}]": "1" for name in ("price", "tax", "stock")},
}
_STOCK = {
    **{f"#{act}-units": "1" for act in ("receive", "waste", "count")},
    "#waste-reason": "Spoilt",
}
_VOUCHER = {"#code": "AUTUMN", "#percent": "5"}
_PROMOTION = {"#skus": actions.EDITED, "#price": "0.01"}
_REFUND = {"#amount": "1.11", "#reason": "Bruised"}
_CONFIRMATION = {"#password": "password1", "#code": "4KDF-M2XQ-9TRB"}
_NEW_PASSWORD = {
    "#current": PASSWORD,
    "#new": "eight blue bricks",
    "#new-email": "new@browser.example",
    "#email-password": PASSWORD,
}
_EDITED = f"/staff/products?q={actions.EDITED}"

WALKS = (
    Walk("/login", typed=_WRONG),
    Walk("/register", typed=_WRONG),
    Walk("/forgotten", typed=_WRONG),
    Walk("/forgotten/sent"),
    Walk(links.PAGES[Purpose.RESET], NEWCOMER, links.have_reset_link, _GUESS),
    Walk(links.PAGES[Purpose.CONFIRM], NEWCOMER, links.have_confirm_link),
    Walk(links.PAGES[Purpose.TAKE_EMAIL], NEWCOMER, links.have_new_email_link),
    Walk(links.PAGES[Purpose.GIVE_UP_EMAIL], NEWCOMER, links.have_old_email_link),
    Walk("/account/delete", SHOPPER, typed=_GUESS),
    Walk("/how-it-works"),
    Walk("/contact"),
    Walk("/offline"),
    Walk("/no-such-page"),
    Walk("/demo/mail"),
    Walk("/demo/mail/none", SHOPPER, receive_mail),
    Walk("/", SHOPPER, fill_cart),
    Walk("/shop?q=carrots", SHOPPER, fill_cart),
    Walk("/shop?q=carrots", SHOPPER, fill_cart, width=390),
    Walk("/p/carrots", SHOPPER, fill_cart),
    Walk("/cart", SHOPPER, fill_cart, {"#voucher-code": "WELCOME10"}),
    Walk("/cart", SHOPPER, actions.cause_line_problems, {"#voucher-code": "WELCOME10"}),
    Walk("/cart", SHOPPER, households.have_ordered, {"#voucher-code": "WELCOME10"}),
    Walk("/checkout", SHOPPER, fill_cart, {"#voucher-code": "WELCOME10"} | _ADDRESS),
    Walk("/orders", SHOPPER, place_order_for_staff),
    Walk("/orders/2222-2222", SHOPPER, place_order),
    Walk("/orders/2222-2222/receipt", SHOPPER, show_receipt),
    Walk("/orders/2222-2222/cancel", SHOPPER, ask_to_cancel),
    Walk("/account", SHOPPER, add_addresses, _NEW_PASSWORD),
    Walk(households.PAGE, SHOPPER, households.share, {"main #email": "bob@shop.example"}),
    Walk(f"{households.PAGE}/members/u-1/remove", SHOPPER, households.remove),
    Walk(f"{households.PAGE}/carts/u-1/leave", SHOPPER, households.leave),
    Walk("/invitation/token", SHOPPER, households.be_invited),
    Walk("/account/passkeys", SHOPPER),
    Walk("/account/passkeys/new", SHOPPER),
    Walk("/account/passkeys/p-1", SHOPPER, open_own_passkey, {"#passkey-name": "Tablet"}),
    Walk("/account/recovery-codes", STAFF),
    Walk("/account/confirm", STAFF, need_confirmation, _CONFIRMATION),
    Walk("/account/addresses/new", SHOPPER, typed=_ADDRESS),
    Walk("/account/addresses/a-1", SHOPPER, open_address),
    Walk("/account/addresses/a-1/remove", SHOPPER, ask_to_remove_address),
    Walk("/how-it-works", SHOPPER, fill_cart),
    Walk("/staff/orders", STAFF, place_order_for_staff),
    Walk("/staff/orders/2222-2222/cancel", STAFF, ask_to_cancel_as_staff),
    Walk("/staff/orders/2222-2222/payment", STAFF, hold_payment, _REFUND),
    Walk(_EDITED, STAFF, typed=_EDIT),
    Walk(f"/staff/products/{actions.EDITED}", STAFF, typed=_EDIT),
    Walk("/staff/new-product", STAFF, typed=_NEW),
    Walk("/staff/stock", STAFF),
    Walk(f"/staff/stock/{actions.EDITED}", STAFF, typed=_STOCK),
    Walk("/staff/stock-log", STAFF),
    Walk("/staff/stock-dates", STAFF),
    Walk("/staff/vouchers", STAFF, typed=_VOUCHER),
    Walk("/staff/promotions", STAFF, typed=_PROMOTION),
    Walk("/staff/day", STAFF),
    Walk("/staff/mails", STAFF, mails.have_mail_wait),
    Walk("/staff/help", STAFF, helping.have_help_asked),
    Walk("/staff/help/u-unknown", STAFF, helping.take_help),
    Walk("/staff/carts", STAFF),
    Walk("/staff/accounts", STAFF),
    Walk("/staff/accounts/u-1", STAFF, add_account, {"#password": "eight blue bricks"}),
    Walk("/staff/accounts/u-1/ask", STAFF, ask_to_disable),
    Walk("/staff/log", STAFF),
    Walk("/staff/live", STAFF),
)
