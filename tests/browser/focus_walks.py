"""The pages whose acts are all pressed, and where the focus is expected after each act.

A page that another page follows on begins as any page does: at its start, with what it says of the
form that led there, or in the field that is to be filled in first. Acts on the same page keep the
focus, or pass it on to what took their place.
"""

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

STAYS = "the same control"
NEXT = "the same control of another item"
SAME_ITEM = "the name of the same item"
OPENER = "what opened the dialog"
START = "the start of another page"
NOTICE, PASSWORD_FIELD = "ul.notices", "input[name=password]"

AFTER = {
    "Skip to main content": "main",
    "/shop Search": START,
    "/logout Sign out": NOTICE,
    "top: to-cart": f"{START} or sheet: Close",
    "bar: to-cart": "sheet: Close",
    "bar: Search": "input[name=q]",
    "sheet: Close": OPENER,
    "top: /language 繁體中文": START,
    "foot: keys": "keys: keys-on",
    "keys-on": STAYS,
    "keys: Close": OPENER,
    "panel: fold": STAYS,
    "/shop Sort": START,
    "/login Sign in": PASSWORD_FIELD,
    "/register Create an account": PASSWORD_FIELD,
    # "Add" becomes a stepper, and the stepper "Add".
    "card: /cart/add add": "card: /cart/set more",
    "card: /cart/set less": f"{STAYS} or card: /cart/add add",
    "card: /cart/set qty": STAYS,
    "card: /cart/set more": STAYS,
    # A row of the cart: on its page, in the panel, in the sheet, at checkout.
    "row: /cart/set less": STAYS,
    "row: /cart/set qty": STAYS,
    "row: /cart/set more": STAYS,
    "row: /cart/save save": NEXT,
    "row: /cart/set remove": "toast: /cart/undo Undo",
    "row: /cart/unsave unsave": f"{NEXT} or h1 or h2",
    "row: /cart/accept accept": SAME_ITEM,
    "row: /cart/discard remove": f"{NEXT} or h1",
    "row: /cart/set all-left": SAME_ITEM,
    "toast: /cart/undo Undo": SAME_ITEM,
    "/cart/undo Undo the last change": STAYS,
    "/cart/voucher Apply": "main: /cart/voucher Remove",
    "/cart/voucher Remove": "main: /cart/voucher Apply",
    "/cart/note Save note": STAYS,
    "/checkout place": NOTICE,
    "/checkout agree": "main: /checkout place",
    "/orders/*/again Buy again": NOTICE,
    "/orders/*/cancel Cancel order": NOTICE,
    "/forgotten Send me a link": START,
    "/reset/* Change password": PASSWORD_FIELD,
    "/confirm/* Confirm this address": NOTICE,
    "/account/email/new/* Confirm this address": NOTICE,
    "/account/email/old/* Yes, change it": NOTICE,
    "/account/email/old/* No, I did not ask for this": NOTICE,
    "/account/delete Delete my account": PASSWORD_FIELD,
    "/account/email Change e-mail address": "input[name=email]",
    "/account/name Save name": NOTICE,
    "/account/password Change password": NOTICE,
    "/account/addresses/*/first Make default": NOTICE,
    "/account/addresses/* Save address": NOTICE,
    "/account/addresses/*/remove Remove": NOTICE,
    "/account/addresses/new Add address": NOTICE,
    "/account/household/mail Send an invitation": NOTICE,
    "/cart/choose Show": START,
    "/account/household/link Make a link instead": NOTICE,
    "/account/household/withdraw Withdraw": NOTICE,
    "/account/household/role Only suggest": NOTICE,
    "/account/household/role Let them change it": NOTICE,
    "/account/household/saved Show them what I saved": NOTICE,
    "/account/household/saved Hide what I saved": NOTICE,
    "/account/household/members/*/remove Remove": NOTICE,
    "/account/household/carts/*/leave Leave": NOTICE,
    "/invitation/* Accept": NOTICE,
    "/invitation/*/decline Decline": NOTICE,
    "/account/passkeys/* Save name": NOTICE,
    "/account/passkeys/*/remove Remove passkey": NOTICE,
    "/account/confirm Confirm": "p.error",
    "/account/sessions/*/end Sign out": NOTICE,
    "/account/sessions/end-others Sign out everywhere else": NOTICE,
    "/how-it-works Ask as a stranger": STAYS,
    "/how-it-works Ask with the cookie": STAYS,
    "/how-it-works Ask twice": STAYS,
    "main: This needs a login": "section.guest",
    "main: What does the server know on the second stateless request?": "p",
    "main: Is a cookie a memory?": "p",
    "main: What does each request with a session read again?": "p",
    "main: Who reads the database when you add apples over the socket?": "p",
    "main: How does your second tab learn of a change?": "p",
    "main: What becomes of what you press while the line is down?": "p",
    "main: What is lost by kill -9?": "p",
    "main: What if the same operation arrives twice?": "article.trial",
    "main: What do you pay if the price rises while you look?": "article.trial",
    "main: When is a held connection worth its price?": "p",
    "main: Open both panes": "main: Close both panes",
    "main: Ask again": STAYS,
    "main: Add one": STAYS,
    "main: Take one back": STAYS,
    "main: Close both panes": "main: Open both panes",
    "main: ask": STAYS,
    "main: drop": STAYS,
    "main: freeze": STAYS,
    "main: twice": STAYS,
    "main: held": STAYS,
    "main: tabs": STAYS,
    "main: gap": STAYS,
    "main: moment": STAYS,
    "main: price": STAYS,
    "main: summary": STAYS,
    "card: summary": STAYS,
    # Staff: an item of a list is loaded anew.
    "/staff/orders/*/move Mark as packed": "staff-order: /staff/orders/*/move Mark as on",
    "/staff/orders/*/move Mark as on the way": "staff-order: /staff/orders/*/move Mark as d",
    "/staff/orders/*/move Mark as delivered": "li.staff-order",
    "/staff/orders/*/undo Undo": "staff-order: /staff/orders/*/move",
    "/staff/orders/*/cancel Cancel and restock": NOTICE,
    "/staff/orders/*/refund Give back": NOTICE,
    "main: input": STAYS,
    "/staff/products Search": START,
    "staff-product: summary": STAYS,
    "staff-product: /staff/products/* Save": STAYS,
    "staff-product: /staff/products/* Take off sale": "staff-product: /staff/products/* Put",
    "staff-product: /staff/products/* Put back on sale": "staff-product: /staff/products/* T",
    "main: /staff/products/* Save": NOTICE,
    "main: /staff/products/* Take off sale": NOTICE,
    "main: /staff/products/* Put back on sale": NOTICE,
    "/staff/new-product Add product": "input[name=sku]",
    "/staff/stock Find": START,
    "main: /staff/stock/* Receive": NOTICE,
    "main: /staff/stock/* Write off": NOTICE,
    "main: /staff/stock/* Save the count": NOTICE,
    "/staff/stock-log Show": START,
    "/staff/mails/*/retry Try again": NOTICE,
    "/staff/help/*/take Help": START,
    "/staff/help/*/end End": NOTICE,
    "/staff/help/* Search": START,
    "/staff/help/*/suggest Suggest": STAYS,
    "/staff/help/*/suggest Take back": STAYS,
    "/cart/help Help me": "section.help",
    "/cart/help/end End help": "section.help",
    "main: help-close": "main: /cart/help Help me or card: /cart/help Help me",
    "/cart/ordered OK": START,
    "notices: OK": "h1 or input[name=code] or section.help",
    "/waitlist/join Tell me": NOTICE,
    "/waitlist/join Tell me when available": NOTICE,
    "/waitlist/leave Stop waiting": NOTICE,
    "/staff/accounts Search": START,
    "/staff/accounts/*/password Set password": NOTICE,
    "/staff/accounts/*/disable Disable the account": NOTICE,
}
"""By act, as `acts.py` names it, with its place or without; “or” where both are right."""

FIRST = ("main: /cart/help Help me",)
"""Before anything is typed: what is typed and not sent is kept when a page is left."""
LAST = (
    "panel: fold",
    "main: /account/password Change password",
    "top: /language 繁體中文",
    "top: /logout Sign out",
)
"""After these, others are no longer there."""
ENDS = frozenset({"top: /language 繁體中文", "top: /logout Sign out"})
"""After one of these nothing is called as before: a walk ends with it, and leaves the other."""

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
