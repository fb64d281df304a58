"""The page of an invitation to share somebody's cart.

Opening it changes nothing, since programs that check mails open links too: its buttons do.
"""

from typing import Final

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.members import MOST_MEMBERS
from app.domain.plain_text import shown_text
from app.http.account.dead_links import GONE
from app.http.account.household_pages import HOUSEHOLD
from app.http.core.cart_cookie import choose_cart
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import Way, show
from app.http.core.problems import Problem, problem_of
from app.http.core.safe_redirect import HOME
from app.http.core.session import find_login, to_login
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.errors import ServiceError
from app.services.households import NotInvited
from app.services.invitations import INVITATION_PATH, OpenInvitation

OVER: Final = N_(
    "It was answered already or withdrawn, or is older than a week. Ask the person who invited you"
    " for another one."
)


def invitation_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of an invitation, and its forms."""
    blueprint = Blueprint("invitation", __name__)

    @blueprint.get(f"{INVITATION_PATH}/<token>")
    async def ask(token: str) -> ResponseReturnValue:
        return await _show(context, token)

    @blueprint.post(f"{INVITATION_PATH}/<token>")
    async def accept(token: str) -> ResponseReturnValue:
        return await _accept(context, token)

    @blueprint.post(f"{INVITATION_PATH}/<token>/decline")
    async def decline(token: str) -> ResponseReturnValue:
        try:
            await context.invitations.decline(token)
        except NotInvited:
            return await _show_over(context)
        flash(Notice("ok", _("The invitation is declined.")))
        return redirect(HOME, 303)

    return blueprint


async def _accept(context: HttpContext, token: str) -> ResponseReturnValue:
    if (login := await find_login(context)) is None:
        return to_login(f"{INVITATION_PATH}/{token}")
    try:
        found = await context.invitations.find(token)
        choose_cart(await context.households.join(login, token))
    except NotInvited:
        return await _show_over(context)
    except (ServiceError, DatabaseUnavailable) as error:
        return await _show(context, token, problem_of(error))
    flash(Notice("ok", _("You share the cart of %(name)s now.", name=shown_text(found.owner))))
    return redirect("/cart", 303)


async def _show(
    context: HttpContext, token: str, problem: Problem | None = None
) -> ResponseReturnValue:
    try:
        found = await context.invitations.find(token)
    except NotInvited:
        return await _show_over(context)
    page = await show(
        context,
        "household/invitation.html",
        path=f"{INVITATION_PATH}/{token}",
        invitation=found.invitation,
        owner=found.owner,
        obstacle=problem.detail if problem else await _obstacle(context, found),
    )
    return (page, problem.status, problem.headers) if problem else page


async def _obstacle(context: HttpContext, found: OpenInvitation) -> str | None:
    """Return why who is signed in cannot accept, or None if that can be tried."""
    if (login := await find_login(context)) is None:
        return None
    cart = found.invitation.cart
    if login.account == cart:
        return _("This is an invitation to your own cart. Send its link to somebody else.")
    household = (await context.households.own(cart)).household
    members = household.members if household else {}
    if login.account in members:
        return _("You share the cart of %(name)s already.", name=shown_text(found.owner))
    if len(members) >= MOST_MEMBERS:
        return _("As many people share this cart as can share one.")
    return None


async def _show_over(context: HttpContext) -> ResponseReturnValue:
    is_known = await find_login(context) is not None
    way = Way(_("Your household"), HOUSEHOLD) if is_known else Way(_("Sign in"), "/login")
    title = _("This invitation is not valid any more")
    return await show(context, "dead_link.html", title=title, text=_(OVER), way=way), GONE
