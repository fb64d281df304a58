"""Finds every form of the shop by visiting its pages, so that a new one is found by itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quart import Quart
from sqlalchemy import Connection, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from app.domain.catalog import Money
from app.domain.orders import OrderNumber
from app.domain.refunds import Refund, refund_key
from app.store.helps import list_open
from app.store.payment_troubles import list_troubled
from app.store.payments import note_event
from app.store.refunds import add_refund
from app.store.tables import mails
from tests.authenticator import Authenticator
from tests.http.account.test_household_api import invites, joins
from tests.http.account.test_household_api import wanted as shared_order
from tests.http.harness import HttpHarness
from tests.http.html_forms import Pair, read_page
from tests.http.order_helpers import APPLES, HOME, MILK, order, wanted
from tests.http.orders.test_payment_pages import reconcile
from tests.http.passkey_helpers import add_passkey
from tests.http.staff_helpers import GRACE, grace
from tests.http.visitor import ADA, PASSWORD, Visitor
from tests.services.fake_provider import FakeProvider

BOB, EVE, NEW_EVE = "bob@shop.example", "eve@shop.example", "evelyn@shop.example"
FOR_SCRIPTS = re.compile(r"/api/|/webhooks/|.*\.json$")


@dataclass
class FoundForm:
    """A form, the endpoint that it is sent to, and the person on whose page it stands."""

    endpoint: str
    path: str
    fields: list[Pair]
    by: Visitor


def form_endpoints(app: Quart) -> set[str]:
    """Return the endpoints of *app* that take forms: all that take a POST but those for scripts."""
    rules = app.url_map.iter_rules()
    return {
        rule.endpoint
        for rule in rules
        if "POST" in (rule.methods or ()) and not FOR_SCRIPTS.match(rule.rule)
    }


async def find_forms(harness: HttpHarness) -> list[FoundForm]:
    """Return a form for each endpoint, field names and person that pages of the shop show."""
    ada = await _customer(harness)
    staff = await _member_of_staff(harness)
    found: dict[object, FoundForm] = {}
    forms = [
        form
        for visitor in (harness.visitor(), ada, staff)
        for form in await _crawl(harness.app, visitor)
    ]
    forms += await _mailed_forms(harness)
    forms += await _troubled_forms(harness, staff)
    forms += await _help_forms(harness, staff)
    forms += await _ordered_forms(harness, ada)
    for form in forms:
        names = frozenset(name for name, _ in form.fields)
        found.setdefault((form.endpoint, names, form.by is staff), form)
    return list(found.values())


async def sign_in_again(visitor: Visitor, staff: Visitor | None = None) -> None:
    """Begin a new session of the person who *visitor* is."""
    email = GRACE.email if visitor is staff else ADA["email"]
    await visitor.send("/api/session", {"email": email, "password": PASSWORD})


async def _customer(harness: HttpHarness) -> Visitor:
    """Return somebody whose pages show every form: with a cart, an order and two sessions."""
    ada = await harness.ada()
    for path in await harness.database.read(_links_to, [ADA["email"]]):
        await ada.post(path)
    await sign_in_again(harness.visitor())
    for city in ("Bath", "Wells"):
        await ada.post("/account/addresses/new", {**HOME, "city": city})
    if isinstance(harness.provider, FakeProvider):
        await _pay_by_card(harness, harness.provider, ada)
        await have_payment_troubles(harness, harness.provider, ada)
    for qty in ("2", "1"):
        await ada.form("/cart/add", sku=MILK, qty=qty)
        answer = await order(ada, await wanted(ada))
        assert answer.status_code == 201
    for sku in (MILK, APPLES):
        await ada.form("/cart/add", sku=sku, qty="3")
    await ada.form("/cart/save", sku=APPLES)
    await add_passkey(ada, Authenticator(credential=b"a phone of Ada's"))
    await _share_carts(harness, ada)
    return ada


async def _share_carts(harness: HttpHarness, ada: Visitor) -> None:
    """Have another share the cart of *ada*, and she theirs; and have one more invited by mail."""
    dora = await harness.ada(email="dora@shop.example", name="Dora")
    for owner, member in ((ada, dora), (dora, ada)):
        answer = await owner.send("/api/household/invitations", {"role": "edit"})
        token = (await answer.get_json())["token"]
        await member.send("/api/household/join", {"token": token})
    await ada.post("/account/household/mail", {"may": "edit", "email": BOB})


async def have_payment_troubles(
    harness: HttpHarness, provider: FakeProvider, ada: Visitor
) -> tuple[OrderNumber, OrderNumber]:
    """Have a hold lapse and a refund come back; return the numbers of their orders."""
    lapsed, failed = [await _pay_by_card(harness, provider, ada) for _ in range(2)]
    await harness.move_on(failed)
    await reconcile(harness)
    refund = Refund(failed, 1, Money(10), "Bruised.", None, int(harness.clock.at_s))
    await harness.database.write(add_refund, refund)
    await reconcile(harness)
    provider.lapse(lapsed)
    assert provider.fail_refund(failed, refund_key(refund))
    for number in (lapsed, failed):
        await harness.database.write(note_event, f"evt_{number}", number, "of some kind", 0)
    await reconcile(harness)
    return lapsed, failed


async def _troubled_forms(harness: HttpHarness, staff: Visitor) -> list[FoundForm]:
    """Return the forms of all payments that staff have to see to."""
    troubled = await harness.database.read(list_troubled)
    pages = [f"/staff/orders/{one.number}/payment" for one in troubled]
    return await _forms_at(harness.app, staff, pages)


async def _help_forms(harness: HttpHarness, staff: Visitor) -> list[FoundForm]:
    """Return the forms of a help that is asked for, and of one that *staff* have taken."""
    for name in ("Fay", "Gus"):
        shopper = await harness.ada(email=f"{name}@shop.example", name=name)
        await shopper.post("/cart/help", {"next": "/cart"})
    asked, *_ = await harness.database.read(list_open, int(harness.clock.now_s()))
    taken = await staff.post(f"/staff/help/{asked.help.id}/take")
    return await _forms_at(harness.app, staff, ["/staff/help", f"{taken.location}?q=apples"])


async def _ordered_forms(harness: HttpHarness, ada: Visitor) -> list[FoundForm]:
    """Return the forms of a cart that *ada* has ordered, who shares it, on the owner's page."""
    owner = await harness.ada(email="hal@shop.example", name="Hal")
    cart = await joins(ada, await invites(owner))
    await owner.form("/cart/add", sku=MILK, qty="1")
    terms = await shared_order(ada, cart) | {"key": "of a shared cart"}
    assert (await ada.send(f"/api/orders?cart={cart}", terms)).status_code == 201
    return await _forms_at(harness.app, owner, ["/cart"])


async def _pay_by_card(harness: HttpHarness, provider: FakeProvider, ada: Visitor) -> OrderNumber:
    """Have an order paid by card, so that money can be given back."""
    await ada.form("/cart/add", sku=MILK, qty="1")
    answer = await order(ada, await wanted(ada, pay="card"))
    assert answer.status_code == 201
    number = OrderNumber((await answer.get_json())["number"])
    provider.pay(number)
    await reconcile(harness, 60)
    return number


async def _mailed_forms(harness: HttpHarness) -> list[FoundForm]:
    """Return the forms that the links in mails lead to, and what pages ask of a new address."""
    bob = await harness.ada(email=BOB, name="Bob")
    to_bob = await harness.database.read(_links_to, [BOB])
    eve = await harness.ada(email=EVE, name="Eve")
    for path in await harness.database.read(_links_to, [EVE]):
        await eve.post(path)
    await eve.post("/account/email", {"email": NEW_EVE, "password": PASSWORD})
    await eve.post("/forgotten", {"email": EVE})
    to_eve = await harness.database.read(_links_to, [EVE, NEW_EVE])
    return [
        *await _forms_at(harness.app, bob, ["/account", *to_bob]),
        *await _forms_at(harness.app, eve, to_eve),
    ]


async def _forms_at(app: Quart, visitor: Visitor, paths: Iterable[str]) -> list[FoundForm]:
    routes, forms = app.url_map.bind("localhost"), list[FoundForm]()
    for path in paths:
        _, found = read_page(await (await visitor.get(path)).get_data(as_text=True))
        for form in found:
            forms += _found(routes, form.sent(), visitor)
    return forms


def _links_to(connection: Connection, emails: list[str]) -> list[str]:
    """Return the paths of the links in the mails to *emails*."""
    found = connection.scalars(select(mails.c["values"]).where(mails.c.recipient.in_(emails)))
    return [values["path"] for values in found if "path" in values]


async def _member_of_staff(harness: HttpHarness) -> Visitor:
    """Return one of staff whose next page offers to take back what was done last."""
    staff = await grace(harness)
    await add_passkey(staff, Authenticator(credential=b"a phone of Grace's"))
    await sign_in_again(staff, staff)
    _, forms = read_page(await (await staff.get("/staff/orders")).get_data(as_text=True))
    *_, move = (form for form in forms if form.action.endswith("/move"))
    await staff.post(move.action, dict(move.fields))
    await staff.post("/staff/vouchers/FIVEOFF/pause")
    lower = {"kind": "lower_price", "price": "0.01", "skus": MILK}
    for _ in range(2):
        await staff.post("/staff/promotions", lower)
    await staff.post("/staff/promotions/1/pause")
    return staff


async def _crawl(app: Quart, visitor: Visitor) -> list[FoundForm]:
    """Visit a page of each endpoint that can be reached by links, and return all forms.

    A page that asks about several acts, by its query, is visited for each.
    """
    routes = app.url_map.bind("localhost")
    waiting, seen, forms = ["/", "/shop", "/staff"], set[object](), list[FoundForm]()
    while waiting:
        path = waiting.pop(0)
        page = _endpoint(routes, path, "GET"), path.partition("?act=")[2]
        if page[0] is None or page in seen:
            continue
        seen.add(page)
        answer = await visitor.get(path)
        if answer.location:
            seen.discard(page) if not answer.location.startswith("/login") else None
            waiting.insert(0, answer.location)
            continue
        if answer.mimetype != "text/html":
            continue
        links, found = read_page(await answer.get_data(as_text=True))
        waiting.extend(links)
        for form in found:
            if form.method == "post":
                forms += _found(routes, form.sent(), visitor)
    return forms


def _found(
    routes: MapAdapter, sent: Iterable[tuple[str, list[Pair]]], by: Visitor
) -> Iterator[FoundForm]:
    for path, fields in sent:
        if endpoint := _endpoint(routes, path, "POST"):
            yield FoundForm(endpoint, path, fields, by)


def _endpoint(routes: MapAdapter, path: str, method: str) -> str | None:
    if not path.startswith("/"):
        return None
    try:
        endpoint, _ = routes.match(path.partition("?")[0].partition("#")[0], method)
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint)
