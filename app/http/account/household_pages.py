"""The page of those who share one's cart, and of the carts that others share; and its forms."""

from typing import Any, Final

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.accounts import AccountId
from app.domain.household import InvitationHash
from app.domain.members import MOST_MEMBERS, Role
from app.domain.plain_text import shown_text
from app.domain.sessions import Session
from app.http.account.auth import read_email, read_text
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import Form, read_form
from app.http.core.page import show
from app.http.core.problems import Problem, malformed, problem_of
from app.http.core.session import find_login, requesting_client, require_login, to_login
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.errors import ServiceError
from app.services.households import NotAMember
from app.services.invitations import INVITATION_PATH

HOUSEHOLD: Final = "/account/household"
LINK: Final = N_("This link lets one person share your cart, within seven days. Send it to them.")
LEFT_ALREADY: Final = N_("Nothing was changed: that person does not share your cart any more.")
ROLES: Final = {
    Role.EDIT: N_("%(name)s may change your cart now."),
    Role.SUGGEST: N_("%(name)s may only suggest products now."),
}


def household_blueprint(context: HttpContext) -> Blueprint:
    """Return the page, and its forms but for those by which members leave."""
    blueprint = Blueprint("household", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return to_login(HOUSEHOLD) if await find_login(context) is None else None

    @blueprint.get(HOUSEHOLD)
    async def household() -> ResponseReturnValue:
        return await _show(context, await require_login(context))

    @blueprint.post(f"{HOUSEHOLD}/link")
    async def make_link() -> ResponseReturnValue:
        return await _make_link(context, await require_login(context))

    @blueprint.post(f"{HOUSEHOLD}/mail")
    async def send_mail() -> ResponseReturnValue:
        return await _send_mail(context, await require_login(context))

    @blueprint.post(f"{HOUSEHOLD}/withdraw")
    async def withdraw() -> ResponseReturnValue:
        login, hashed = await require_login(context), read_text(read_form(), "invitation")
        await context.households.withdraw(login.account, InvitationHash(hashed))
        return back_with_notice(_("The invitation is withdrawn."))

    @blueprint.post(f"{HOUSEHOLD}/role")
    async def change_role() -> ResponseReturnValue:
        return await _change_role(context, await require_login(context))

    @blueprint.post(f"{HOUSEHOLD}/saved")
    async def share_saved() -> ResponseReturnValue:
        return await _share_saved(context, await require_login(context))

    return blueprint


def back_with_notice(text: str, kind: str = "ok") -> ResponseReturnValue:
    """Redirect to the page, which shows *text*."""
    flash(Notice(kind, text))
    return redirect(HOUSEHOLD, 303)


async def _make_link(context: HttpContext, login: Session) -> ResponseReturnValue:
    form = read_form()
    try:
        token, _invitation = await context.households.invite(login.account, _role(form))
    except ServiceError as error:
        return await _show_again(context, login, problem_of(error))
    address = f"{context.origins[0]}{INVITATION_PATH}/{token}"
    flash(Notice("ok", _(LINK), address=address))
    return redirect(HOUSEHOLD, 303)


async def _send_mail(context: HttpContext, login: Session) -> ResponseReturnValue:
    form = read_form()
    try:
        role, email = _role(form), read_email(form)
        await context.invitations.send(requesting_client(), login, role, email, current_language())
    except ServiceError as error:
        return await _show_again(context, login, problem_of(error))
    except Problem as problem:
        return await _show_again(context, login, problem)
    return back_with_notice(_("We send an invitation to %(email)s.", email=email))


async def _change_role(context: HttpContext, login: Session) -> ResponseReturnValue:
    form = read_form()
    role, member = _role(form), AccountId(form.get("member", ""))
    own = await context.households.own(login.account)
    if own.household is None or member not in own.household.members:
        return back_with_notice(_(LEFT_ALREADY), "warn")
    name = shown_text(own.household.members[member].name)
    try:
        await context.households.change_role(login, member, role)
    except NotAMember:
        return back_with_notice(_(LEFT_ALREADY), "warn")
    return back_with_notice(_(ROLES[role], name=name))


async def _share_saved(context: HttpContext, login: Session) -> ResponseReturnValue:
    is_shared = read_form().get("shared") == "yes"
    try:
        await context.households.share_saved(login, is_shared=is_shared)
    except NotAMember:
        return back_with_notice(_("Nobody shares your cart."), "warn")
    if is_shared:
        return back_with_notice(_("What you have saved for later is shown to your household."))
    return back_with_notice(_("What you have saved for later is yours alone again."))


def _role(form: Form) -> Role:
    """Return the role that was chosen. Raises Problem 400."""
    if (role := read_text(form, "may")) not in set(Role):
        raise malformed(_("Choose what the person may do."))
    return Role(role)


async def _show_again(
    context: HttpContext, login: Session, problem: Problem
) -> ResponseReturnValue:
    page = await _show(context, login, problem.detail, read_form())
    return page, problem.status, problem.headers


async def _show(
    context: HttpContext, login: Session, error: str | None = None, typed: Form | None = None
) -> str:
    own = await context.households.own(login.account)
    values: dict[str, Any] = {
        "own": own,
        "shared": await context.households.shared_with(login.account),
        "most": MOST_MEMBERS,
        "typed": typed or {},
        "error": error,
    }
    return await show(context, "household/page.html", path=HOUSEHOLD, **values)
