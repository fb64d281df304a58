"""The pages that ask before a member leaves a shared cart, or is removed by its owner."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

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
from app.i18n.translate import noop as N_
from app.services.households import NotAMember


class Leaving(NamedTuple):
    """Who is to leave which cart, and the name of the other: of the member, or of the owner."""

    cart: AccountId
    member: AccountId
    name: str


class Question(NamedTuple):
    """A page that asks before somebody leaves; `whose` is the account in its address.

    `find` returns who is to leave, and raises NotAMember. `done` is said afterwards.
    """

    path: str
    template: str
    find: Callable[[HttpContext, Session, AccountId], Awaitable[Leaving]]
    done: str


def household_leaving_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages."""
    blueprint = Blueprint("household_leaving", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return to_login(HOUSEHOLD) if await find_login(context) is None else None

    for name, question in QUESTIONS.items():
        _add(blueprint, context, name, question)
    return blueprint


def _add(blueprint: Blueprint, context: HttpContext, name: str, question: Question) -> None:
    """Add the page of *question*, and what it does once the answer is yes."""

    @blueprint.get(question.path, endpoint=f"ask_{name}")
    async def ask(whose: str) -> ResponseReturnValue:
        leaving = await question.find(context, await require_login(context), AccountId(whose))
        return await show(context, question.template, path=request.path, leaving=leaving)

    @blueprint.post(question.path, endpoint=name)
    async def leave(whose: str) -> ResponseReturnValue:
        login = await require_login(context)
        leaving = await question.find(context, login, AccountId(whose))
        return await _leave(context, login, leaving, _(question.done, name=leaving.name))


async def _removed(context: HttpContext, login: Session, member: AccountId) -> Leaving:
    """Return the member of the own household who is to be removed. Raises NotAMember."""
    own = (await context.households.own(login.account)).household
    if own is None or member not in own.members:
        raise NotAMember
    return Leaving(login.account, member, shown_text(own.members[member].name))


async def _leaving(context: HttpContext, login: Session, cart: AccountId) -> Leaving:
    """Return that the account that is signed in is to leave *cart*. Raises NotAMember."""
    for shared in await context.households.shared_with(login.account):
        if shared.owner == cart:
            return Leaving(cart, login.account, shown_text(shared.household.owner))
    raise NotAMember


QUESTIONS: Final = {
    "remove": Question(
        f"{HOUSEHOLD}/members/<whose>/remove",
        "household/remove.html",
        _removed,
        N_("%(name)s no longer shares your cart."),
    ),
    "leave": Question(
        f"{HOUSEHOLD}/carts/<whose>/leave",
        "household/leave.html",
        _leaving,
        N_("You no longer share the cart of %(name)s."),
    ),
}


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
