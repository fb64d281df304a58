"""The checkout page: one form from cart to order, which works without a script."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.addresses import MOST_ADDRESSES, Address
from app.domain.catalog import Money, Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.orders import LONGEST_KEY, OrderKey, Pay
from app.domain.placing import Rejected
from app.domain.postcodes import NotDelivered, read_postcode
from app.domain.sessions import Session
from app.domain.shop_settings import ShopSettings
from app.http.core.address_fields import address_faults, read_address, typed_address
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.input_texts import postcode_text
from app.http.core.kept_fields import keep_typed, take_typed
from app.http.core.page import show
from app.http.core.problems import problem_of
from app.http.core.session import find_login, to_login
from app.http.core.used_cart import end_shared_cart, form_cart, page_cart
from app.http.orders.payment import pay_address
from app.http.orders.totals_diff import (
    DELIVERY,
    DISCOUNT,
    TAX,
    Seen,
    differences,
    read_seen,
    seen,
    seen_to_json,
)
from app.http.orders.typed_order import apply_typed
from app.i18n.formats import listed, money
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.protocol.json import BadValue, text
from app.protocol.op_texts import blocked_texts, rejection_text
from app.services.checkout import CheckoutRequest
from app.services.errors import ServiceError
from app.services.households import NotAMember
from app.store.accounts import find_person
from app.store.addresses import KeptAddress, TooManyAddresses, keep_address, load_addresses
from app.store.hold_care import note_checkout

Form = Mapping[str, str]

NEW = "new"
OLD_PAGE = N_("That page was out of date. Please check your order and place it again.")
NO_ADDRESS = N_("Please correct the marked fields of the delivery address.")


NAMES = "{0}"
"""What the page's script replaces by the names of the products that stand in the way."""
WAIT_TEXTS: Final[Mapping[str, str]] = {
    "offline": N_("No connection at the moment. You can place the order when you are back online."),
    "stale": N_("Decide first whether to send your older changes."),
    "saving": N_("Your changes are being saved."),
    "changed": N_("The total has changed. Check it first."),
    "wanted": N_("Your order will be placed as soon as your changes are saved."),
    "placing": N_("Your order is being placed."),
}
"""What the page's script says beside the button while an order waits."""


class _NoAddress(Exception):
    """There is no address to deliver to; the text is a sentence that says why."""


def checkout_blueprint(context: HttpContext) -> Blueprint:
    """Return the checkout page and its form."""
    blueprint = Blueprint("checkout", __name__)

    @blueprint.get("/checkout")
    async def checkout() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login("/checkout")
        await _hold_for_longer(context, login)
        return await _show(context, login, {"name": login.name, **take_typed(login)})

    @blueprint.post("/checkout")
    async def place() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            keep_typed(read_form())
            return to_login("/checkout")
        return await _place(context, login, read_form())

    return blueprint


async def _hold_for_longer(context: HttpContext, login: Session) -> None:
    """Note that the shopper is in checkout, if anything is held for them."""
    owner = (await page_cart(context, login)).owner
    if any(owner in held for held in context.catalog.today.holders.values()):
        with suppress(DatabaseUnavailable):
            await context.database.write(note_checkout, owner, int(context.now_s()))


async def _place(context: HttpContext, login: Session, form: Form) -> ResponseReturnValue:
    addresses = await context.database.read(load_addresses, login.account)
    try:
        used = await form_cart(context, login)
        checkout_request = _read(form, _address(form, addresses, context.shop.country))
        checkout_request = checkout_request._replace(member_of=used.member_of)
        checkout_request, notice = await apply_typed(context, used, form, checkout_request)
        if notice and (notice.kind == "error" or form.get("code", "").strip()):
            return await _show_typed(context, login, form, notice), 409
        placed = await context.checkout.place(login.account, checkout_request)
    except _NoAddress as fault:
        return await _show(context, login, form, str(fault)), 400
    except BadValue:
        return await _show(context, login, {**form, "key": ""}, _(OLD_PAGE)), 400
    except (ServiceError, DatabaseUnavailable) as error:
        return await _show_error(context, login, form, error)
    if isinstance(placed, Rejected):
        return await _show(context, login, form, rejection_text(placed, current_language())), 409
    if placed.is_new:
        await _keep(context, login, checkout_request.deliver)
        if placed.order.pay is Pay.ON_DELIVERY:
            flash(Notice("ok", _("Thank you. Your order is placed. You pay on delivery.")))
    return redirect(await pay_address(context, placed.order), 303)


async def _show_error(
    context: HttpContext, login: Session, form: Form, error: ServiceError | DatabaseUnavailable
) -> ResponseReturnValue:
    """Return the page with the *error*; the own cart, if the other one is not shared any more."""
    if isinstance(error, NotAMember):
        end_shared_cart(login)
        return redirect("/cart", 303)
    problem = problem_of(error)
    return await _show(context, login, form, problem.detail), problem.status, problem.headers


async def _show_typed(context: HttpContext, login: Session, form: Form, notice: Notice) -> str:
    """Return the page after a voucher that was typed; a code that is applied is typed no more."""
    if notice.kind == "error":
        return await _show(context, login, form, notice.text)
    again = _("%(notice)s Check the total, then place your order.", notice=notice.text)
    return await _show(context, login, {**form, "code": ""}, again)


async def _show(context: HttpContext, login: Session, form: Form, error: str | None = None) -> str:
    """Return the page, filled from *form*; it lists what changed since it was last shown."""
    addresses = await context.database.read(load_addresses, login.account)
    chosen = form.get("address") or (addresses[0].id if addresses else NEW)
    return await show(
        context,
        "checkout.html",
        path="/checkout",
        order_key=form.get("key", "")[:LONGEST_KEY] or context.new_uuid(),
        typed_note=form.get("text"),
        typed_code=form.get("code", ""),
        addresses=addresses,
        keeps_new=len(addresses) < MOST_ADDRESSES,
        chosen=chosen if chosen in {saved.id for saved in addresses} else NEW,
        typed=typed_address(form),
        faults=address_faults(typed_address(form), context.shop.country)
        if error == _(NO_ADDRESS)
        else {},
        error=error,
        unconfirmed=await _unconfirmed_email(context, login),
        takes_cards=context.checkout.cards is not None,
        pay=form.get("pay", Pay.ON_DELIVERY),
        wait_texts=_wait_texts(context.shop),
        seen_to_json=seen_to_json,
        before=(before := read_seen(form.get("seen", ""))),
        total_of=_total,
        changes=partial(_changes, context, before),
    )


async def _unconfirmed_email(context: HttpContext, login: Session) -> str | None:
    """Return the address that has to be confirmed before an order."""
    if not context.checkout.needs_confirmed:
        return None
    person = await context.database.read(find_person, login.account)
    return person.email if person and not person.is_confirmed else None


def _wait_texts(shop: ShopSettings) -> dict[str, str]:
    """Return `WAIT_TEXTS`, and what to say of an empty cart and of lines by their state."""
    shown = {state: _(text) for state, text in WAIT_TEXTS.items()}
    if shop.minimum_order:
        shown["minimum"] = _("The minimum order is %(amount)s.", amount=money(shop.minimum_order))
    return shown | blocked_texts(NAMES, current_language())


def _read(form: Form, deliver: Address) -> CheckoutRequest:
    key = OrderKey(text(form, "key", LONGEST_KEY, 1))
    total = form.get("total", "")
    if not total.isascii() or not total.isdigit() or len(total) > 12:  # noqa: PLR2004
        raise BadValue("total: a whole number is needed")
    pay = Pay.CARD if form.get("pay") == Pay.CARD else Pay.ON_DELIVERY
    language = current_language()
    return CheckoutRequest(key, text(form, "at"), Money(int(total)), deliver, pay, language)


def _address(form: Form, addresses: list[KeptAddress], country: str) -> Address:
    chosen = form.get("address", NEW)
    if found := [saved.address for saved in addresses if saved.id == chosen]:
        return _still_delivered(found[0], country)
    try:
        return read_address(typed_address(form), country)
    except BadValue as fault:
        raise _NoAddress(_(NO_ADDRESS)) from fault


def _still_delivered(saved: Address, country: str) -> Address:
    """Return *saved*, which was kept when any text was a postcode. Raises _NoAddress."""
    try:
        return saved._replace(postcode=read_postcode(saved.postcode, country))
    except NotDelivered as fault:
        why = _(
            "%(fault)s Edit that address in your account, or choose another one.",
            fault=postcode_text(fault),
        )
        raise _NoAddress(why) from fault


async def _keep(context: HttpContext, login: Session, deliver: Address) -> None:
    with suppress(TooManyAddresses):
        await context.database.write(keep_address, login.account, context.new_uuid(), deliver)


def _changes(context: HttpContext, before: Seen | None, cart: Mapping[str, Any]) -> str:
    """Return what changed in the total of *cart* since *before*; empty if nothing did."""
    if before is None:
        return ""
    now, products = seen(cart), context.catalog.today.products
    language = current_language()
    names = {
        part: products[Sku(part)].text(language).name
        for part in {**before, **now}
        if part in products
    }
    parts = names | {DELIVERY: _("Delivery"), DISCOUNT: _("Discount"), TAX: _("Tax")}
    return listed(differences(before, now, parts))


def _total(parts: Seen) -> int:
    return sum(parts.values())
