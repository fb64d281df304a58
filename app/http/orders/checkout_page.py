"""The checkout page: one form from cart to order, which works without a script."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.addresses import Address
from app.domain.catalog import Money
from app.domain.orders import LONGEST_KEY, OrderKey, Pay
from app.domain.placing import Rejected
from app.domain.sessions import Session
from app.http.core.address_fields import address_faults, read_address, typed_address
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.problems import problem_of
from app.http.core.session import find_login, to_login
from app.http.orders.totals_diff import Seen, differences, read_seen, seen, seen_to_json
from app.protocol.json import BadValue, text
from app.protocol.op_texts import rejection_text
from app.services.checkout import CheckoutRequest
from app.services.errors import ServiceError
from app.store.addresses import KeptAddress, TooManyAddresses, keep_address, load_addresses

Form = Mapping[str, str]

NEW = "new"
OLD_PAGE = "That page was out of date. Look at your order, and place it again."
NO_ADDRESS = "Where should it go? Something is missing in the address."


class _NoAddress(Exception):
    """The address in the form is incomplete or too long."""


def checkout_blueprint(context: HttpContext) -> Blueprint:
    """Return the checkout page and its form."""
    blueprint = Blueprint("checkout", __name__)

    @blueprint.get("/checkout")
    async def checkout() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login("/checkout")
        return await _show(context, login, {"key": context.new_uuid(), "name": login.name})

    @blueprint.post("/checkout")
    async def place() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login("/checkout")
        return await _place(context, login, (await request.form).to_dict())

    return blueprint


async def _place(context: HttpContext, login: Session, form: Form) -> ResponseReturnValue:
    addresses = await context.database.read(load_addresses, login.account)
    try:
        checkout_request = _read(form, _address(form, addresses))
        placed = await context.checkout.place(login.account, checkout_request)
    except _NoAddress:
        return await _show(context, login, form, NO_ADDRESS), 400
    except BadValue:
        return await _show(context, login, {**form, "key": context.new_uuid()}, OLD_PAGE), 400
    except ServiceError as error:
        problem = problem_of(error)
        return await _show(context, login, form, problem.detail), problem.status, problem.headers
    if isinstance(placed, Rejected):
        return await _show(context, login, form, rejection_text(placed)), 409
    if placed.is_new:
        await _keep(context, login, checkout_request.deliver)
        await flash(Notice("ok", "Thank you. Your order is placed; you pay when it is delivered."))
    return redirect(f"/orders/{placed.order.number}", 303)


async def _show(context: HttpContext, login: Session, form: Form, error: str | None = None) -> str:
    """Return the page, filled from *form*; it lists what changed since it was last shown."""
    addresses = await context.database.read(load_addresses, login.account)
    chosen = form.get("address") or (addresses[0].id if addresses else NEW)
    return await show(
        context,
        "checkout.html",
        path="/checkout",
        order_key=form["key"][:LONGEST_KEY] or context.new_uuid(),
        addresses=addresses,
        chosen=chosen if chosen in {saved.id for saved in addresses} else NEW,
        typed=typed_address(form),
        faults=address_faults(typed_address(form)) if error == NO_ADDRESS else {},
        error=error,
        seen_to_json=seen_to_json,
        before=(before := read_seen(form.get("seen", ""))),
        total_of=_total,
        changes=partial(_changes, context, before),
    )


def _read(form: Form, deliver: Address) -> CheckoutRequest:
    key = OrderKey(text(form, "key", LONGEST_KEY, 1))
    total = form.get("total", "")
    if not total.isascii() or not total.isdigit() or len(total) > 12:  # noqa: PLR2004
        raise BadValue("total: a whole number is needed")
    return CheckoutRequest(key, text(form, "at"), Money(int(total)), deliver, Pay.ON_DELIVERY)


def _address(form: Form, addresses: list[KeptAddress]) -> Address:
    chosen = form.get("address", NEW)
    if found := [saved.address for saved in addresses if saved.id == chosen]:
        return found[0]
    try:
        return read_address(typed_address(form))
    except BadValue as fault:
        raise _NoAddress from fault


async def _keep(context: HttpContext, login: Session, deliver: Address) -> None:
    with suppress(TooManyAddresses):
        await context.database.write(keep_address, login.account, context.new_uuid(), deliver)


def _changes(context: HttpContext, before: Seen | None, cart: Mapping[str, Any]) -> list[str]:
    products = context.catalog.today.products.items()
    names = {str(sku): product.name for sku, product in products}
    return [] if before is None else differences(before, seen(cart), names)


def _total(parts: Seen) -> int:
    return sum(parts.values())
