"""The pages of links that came by mail: to confirm an address, or to agree to another one.

Opening a page changes nothing, since programs that check mails open links too: its button does.
Who confirms an address has to be its account's owner, so that nobody can have a stranger's mailbox
confirm an account of theirs: the session of this browser says so, or the password.
"""

from collections.abc import Awaitable, Callable

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.mail_tokens import Purpose, TokenExpired, TokenUsed
from app.http.account.auth import read_text
from app.http.account.dead_links import show_dead_link
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import Problem, problem_of
from app.http.core.safe_redirect import HOME
from app.http.core.session import find_login, remember_login, requesting_client
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.errors import ServiceError
from app.services.mailed_links import CONFIRM_PATH, NEW_EMAIL_PATH, OLD_EMAIL_PATH
from app.store.accounts import Person

CONFIRMED = N_("Your e-mail address is confirmed. You can order now.")
CHANGED = N_("Your e-mail address is changed.")
OTHER_OPEN = N_("Thank you. Now open the link in the mail at your other address.")
STOPPED = N_(
    "Your address stays as it is, and you are signed out everywhere. Whoever wanted to change it"
    " knows your password: set another one now."
)

Act = Callable[[str], Awaitable[str]]
"""Uses the secret of a link, and returns what to say then."""


def mailed_links_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages of links that came by mail, but for those of forgotten passwords."""
    blueprint = Blueprint("mailed_links", __name__)

    @blueprint.get(f"{CONFIRM_PATH}/<secret>")
    async def ask_to_confirm(secret: str) -> ResponseReturnValue:
        return await _ask(context, secret, Purpose.CONFIRM)

    @blueprint.post(f"{CONFIRM_PATH}/<secret>")
    async def confirm(secret: str) -> ResponseReturnValue:
        async def act(secret: str) -> str:
            await context.email_addresses.confirm(requesting_client(), secret)
            return _(CONFIRMED)

        return await _act_as_owner(context, secret, Purpose.CONFIRM, act)

    @blueprint.get(f"{NEW_EMAIL_PATH}/<secret>")
    async def ask_to_take(secret: str) -> ResponseReturnValue:
        return await _ask(context, secret, Purpose.TAKE_EMAIL)

    @blueprint.post(f"{NEW_EMAIL_PATH}/<secret>")
    async def take(secret: str) -> ResponseReturnValue:
        async def act(secret: str) -> str:
            return await _agree(context, secret, Purpose.TAKE_EMAIL)

        return await _act_as_owner(context, secret, Purpose.TAKE_EMAIL, act)

    _add_old_address(blueprint, context)
    return blueprint


def _add_old_address(blueprint: Blueprint, context: HttpContext) -> None:
    """Add the page at which the owner of the old address agrees, or stops the change."""
    purpose = Purpose.GIVE_UP_EMAIL

    @blueprint.get(f"{OLD_EMAIL_PATH}/<secret>")
    async def ask_to_give_up(secret: str) -> ResponseReturnValue:
        try:
            token, _owner = await context.email_addresses.find(secret, purpose)
        except (TokenUsed, TokenExpired) as fault:
            return await show_dead_link(context, purpose, fault)
        path = f"{OLD_EMAIL_PATH}/{secret}"
        return await show(context, "give_up_email.html", path=path, token=token)

    @blueprint.post(f"{OLD_EMAIL_PATH}/<secret>")
    async def give_up(secret: str) -> ResponseReturnValue:
        stops = "stop" in read_form()
        try:
            if not stops:
                flash(Notice("ok", await _agree(context, secret, purpose)))
                return redirect(HOME, 303)
            await context.email_addresses.stop(requesting_client(), secret)
        except (TokenUsed, TokenExpired) as fault:
            return await show_dead_link(context, purpose, fault)
        flash(Notice("warn", _(STOPPED)))
        return redirect("/forgotten", 303)


async def _agree(context: HttpContext, secret: str, purpose: Purpose) -> str:
    is_changed = await context.email_addresses.agree(requesting_client(), secret, purpose)
    return _(CHANGED) if is_changed else _(OTHER_OPEN)


async def _ask(
    context: HttpContext, secret: str, purpose: Purpose, problem: Problem | None = None
) -> ResponseReturnValue:
    """Return the page with the button; it asks for the password if nobody is signed in."""
    try:
        token, owner = await context.email_addresses.find(secret, purpose)
    except (TokenUsed, TokenExpired) as fault:
        return await show_dead_link(context, purpose, fault)
    page = await show(
        context,
        "confirm_email.html",
        path=f"{CONFIRM_PATH if purpose is Purpose.CONFIRM else NEW_EMAIL_PATH}/{secret}",
        email=token.email,
        sign_in_as=None if await _is_signed_in(context, owner) else owner.email,
        error=problem.detail if problem else None,
    )
    return (page, problem.status, problem.headers) if problem else page


async def _act_as_owner(
    context: HttpContext, secret: str, purpose: Purpose, act: Act
) -> ResponseReturnValue:
    try:
        _token, owner = await context.email_addresses.find(secret, purpose)
        if not await _is_signed_in(context, owner):
            await _sign_in(context, owner)
        flash(Notice("ok", await act(secret)))
    except (TokenUsed, TokenExpired) as fault:
        return await show_dead_link(context, purpose, fault)
    except (ServiceError, DatabaseUnavailable) as error:
        return await _ask(context, secret, purpose, problem_of(error))
    except Problem as problem:
        return await _ask(context, secret, purpose, problem)
    return redirect(HOME, 303)


async def _is_signed_in(context: HttpContext, owner: Person) -> bool:
    """Say whether the owner is signed in here. Raises Problem 409 if somebody else is."""
    login = await find_login(context)
    if login is not None and login.account != owner.account:
        detail = _(
            "This link belongs to another account than the one that is signed in here. Sign out,"
            " and open the link again."
        )
        raise Problem(409, "other_account", detail)
    return login is not None


async def _sign_in(context: HttpContext, owner: Person) -> None:
    password = read_text(read_form(), "password")
    remember_login(await context.auth.sign_in_to(requesting_client(), owner, password))
