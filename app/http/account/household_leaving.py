"""The pages that ask before a member leaves a shared cart, or is removed by its owner."""

from typing import NamedTuple

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from app.domain.accounts import AccountId
from app.domain.members import OWNER
from app.domain.plain_text import shown_text
from app.domain.sessions import Session
from app.http.account.household_pages import HOUSEHOLD, LEFT_ALREADY, back_with_notice
from app.http.core.cart_cookie import choose_cart, chosen_cart
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.session import find_login, require_login, to_login
from app.i18n.translate import gettext as _
from app.services.households import NotAMember


class Leaving(NamedTuple):
    """Who is to leave which cart, and their names."""

    cart: AccountId
    member: AccountId
    name: str
    owner: str


def household_leaving_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages."""
    blueprint = Blueprint("household_leaving", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return to_login(HOUSEHOLD) if await find_login(context) is None else None

    @blueprint.get(f"{HOUSEHOLD}/members/<member>/remove")
    async def ask_before_removing(member: str) -> ResponseReturnValue:
        leaving = await _removed(context, await require_login(context), AccountId(member))
        return await _ask(context, "household/remove.html", leaving)

    @blueprint.post(f"{HOUSEHOLD}/members/<member>/remove")
    async def remove(member: str) -> ResponseReturnValue:
        login = await require_login(context)
        leaving = await _removed(context, login, AccountId(member))
        done = _("%(name)s no longer shares your cart.", name=leaving.name)
        return await _leave(context, login, leaving, done)

    @blueprint.get(f"{HOUSEHOLD}/carts/<cart>/leave")
    async def ask_before_leaving(cart: str) -> ResponseReturnValue:
        leaving = await _leaving(context, await require_login(context), AccountId(cart))
        return await _ask(context, "household/leave.html", leaving)

    @blueprint.post(f"{HOUSEHOLD}/carts/<cart>/leave")
    async def leave(cart: str) -> ResponseReturnValue:
        login = await require_login(context)
        leaving = await _leaving(context, login, AccountId(cart))
        return await _leave(
            context,
            login,
            leaving,
            _("You no longer share the cart of %(name)s.", name=leaving.owner),
        )

    return blueprint


async def _removed(context: HttpContext, login: Session, member: AccountId) -> Leaving:
    """Return the member of the own household who is to be removed. Raises NotAMember."""
    own = (await context.households.own(login.account)).household
    if own is None or member not in own.members:
        raise NotAMember
    name = shown_text(own.members[member].name)
    return Leaving(login.account, member, name, shown_text(own.owner))


async def _leaving(context: HttpContext, login: Session, cart: AccountId) -> Leaving:
    """Return that the account that is signed in is to leave *cart*. Raises NotAMember."""
    for shared in await context.households.shared_with(login.account):
        if shared.owner == cart:
            owner = shown_text(shared.household.owner)
            return Leaving(cart, login.account, login.name, owner)
    raise NotAMember


async def _ask(context: HttpContext, template: str, leaving: Leaving) -> str:
    return await show(context, template, path=request.path, leaving=leaving)


async def _leave(
    context: HttpContext, login: Session, leaving: Leaving, done: str
) -> ResponseReturnValue:
    try:
        await context.households.remove(login, leaving.cart, leaving.member)
    except NotAMember:
        return back_with_notice(_(LEFT_ALREADY), "warn")
    if leaving.cart == chosen_cart():
        choose_cart(OWNER)
    return back_with_notice(done)
