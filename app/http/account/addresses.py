"""The postal addresses of an account: add, change, offer first, remove."""

from collections.abc import Mapping

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.domain.addresses import MOST_ADDRESSES
from app.domain.sessions import Session
from app.http.account.profile import PAGE as ACCOUNT_PAGE
from app.http.account.profile import redirect_with_notice
from app.http.core.address_fields import address_faults, read_address, typed_address
from app.http.core.context import HttpContext
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.core.session import find_login, require_login, to_login
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.store.addresses import (
    TooManyAddresses,
    change_address,
    forget_address,
    keep_address,
    load_addresses,
    offer_first,
)

PAGE = f"{ACCOUNT_PAGE}/addresses"
FIRST = "/first"
TOO_MANY = N_("You already have %(most)s addresses. Remove one first.")


def addresses_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages and forms of an account's addresses."""
    blueprint = Blueprint("own_addresses", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        back = ACCOUNT_PAGE if request.path.endswith(FIRST) else request.path
        return to_login(back) if await find_login(context) is None else None

    @blueprint.get(f"{PAGE}/new")
    async def new() -> ResponseReturnValue:
        return await _show(context, {"name": (await require_login(context)).name})

    @blueprint.post(f"{PAGE}/new")
    async def add() -> ResponseReturnValue:
        return await _add(context, await require_login(context))

    @blueprint.get(f"{PAGE}/<address_id>")
    async def edit(address_id: str) -> ResponseReturnValue:
        saved = await _saved_address(context, await require_login(context), address_id)
        return await _show(context, saved)

    @blueprint.post(f"{PAGE}/<address_id>")
    async def change(address_id: str) -> ResponseReturnValue:
        return await _change(context, await require_login(context), address_id)

    @blueprint.post(f"{PAGE}/<address_id>{FIRST}")
    async def first(address_id: str) -> ResponseReturnValue:
        login = await require_login(context)
        if not await context.database.write(offer_first, login.account, address_id):
            raise not_found()
        return await redirect_with_notice(_("Your default address is changed."))

    _add_removing(blueprint, context)
    return blueprint


def _add_removing(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the page that asks before an address is removed, and its form."""

    @blueprint.get(f"{PAGE}/<address_id>/remove")
    async def ask_before_removing(address_id: str) -> ResponseReturnValue:
        saved = await _saved_address(context, await require_login(context), address_id)
        return await show(context, "remove_address.html", saved=saved, path=request.path)

    @blueprint.post(f"{PAGE}/<address_id>/remove")
    async def remove(address_id: str) -> ResponseReturnValue:
        login = await require_login(context)
        if not await context.database.write(forget_address, login.account, address_id):
            raise not_found()
        return await redirect_with_notice(_("The address is removed."))


async def _add(context: HttpContext, login: Session) -> ResponseReturnValue:
    typed = typed_address(read_form())
    if faults := address_faults(typed, context.shop.country):
        return await _show(context, typed, faults), 400
    address = read_address(typed, context.shop.country)
    try:
        await context.database.write(keep_address, login.account, context.new_uuid(), address)
    except TooManyAddresses:
        return await _show(context, typed, error=_(TOO_MANY, most=MOST_ADDRESSES)), 409
    return await redirect_with_notice(_("The address is added."))


async def _change(context: HttpContext, login: Session, address_id: str) -> ResponseReturnValue:
    await _saved_address(context, login, address_id)
    typed = typed_address(read_form())
    if faults := address_faults(typed, context.shop.country):
        return await _show(context, typed, faults), 400
    address = read_address(typed, context.shop.country)
    if not await context.database.write(change_address, login.account, address_id, address):
        raise not_found()
    return await redirect_with_notice(_("The address is changed."))


async def _saved_address(context: HttpContext, login: Session, address_id: str) -> dict[str, str]:
    for saved in await context.database.read(load_addresses, login.account):
        if saved.id == address_id:
            return saved.address._asdict()
    raise not_found()


async def _show(
    context: HttpContext,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    error: str | None = None,
) -> str:
    is_new = request.path.endswith("/new")
    values = {"typed": typed, "faults": faults or {}, "error": error, "is_new": is_new}
    return await show(context, "address.html", path=request.path, **values)
