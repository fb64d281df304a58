"""The page on which those who are signed in show once more who they are (ASVS 5.0, 7.5.1).

With a passkey, or with the password: members of staff who have a passkey need a recovery code too.
"""

from collections.abc import Awaitable

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.http.core.context import HttpContext
from app.http.core.forms import read_form
from app.http.core.json_body import JSON
from app.http.core.page import show
from app.http.core.problems import Problem, problem_of
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import (
    find_login,
    remember_login,
    requesting_client,
    require_login,
    to_login,
)
from app.http.core.step_up import CONFIRM, takes_passkeys
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.auth import StartedSession
from app.services.errors import ServiceError

NEW_PASSKEY = "/account/passkeys/new"
NOTHING_TYPED = N_("Enter your password.")
NOT_YOUR_PASSWORD = N_("That is not your password. Check it and try again.")


def confirmation_blueprint(context: HttpContext) -> Blueprint:
    """Return the page and its forms."""
    blueprint = Blueprint("confirmation", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        if await find_login(context):
            return None
        return to_login(safe_redirect(request.args.get("next", "")))

    @blueprint.get(CONFIRM)
    async def page() -> ResponseReturnValue:
        return await _ask(context, safe_redirect(request.args.get("next", "")))

    @blueprint.post(CONFIRM)
    async def confirm() -> ResponseReturnValue:
        form, login = read_form(), await require_login(context)
        if not form.get("password"):
            return await _show_problem(context, Problem(400, "malformed", _(NOTHING_TYPED)))
        password, code = form["password"], form.get("code", "")
        confirmations, client = context.passkeys.confirmations, requesting_client()
        return await _go_on(context, confirmations.confirm(client, login, password, code))

    @blueprint.post(f"{CONFIRM}/passkey")
    async def confirm_with_passkey() -> ResponseReturnValue:
        login, credential = await require_login(context), read_form().get("credential", "")
        use = context.passkeys.use
        return await _go_on(context, use.confirm(requesting_client(), login, credential))

    @blueprint.post(f"{CONFIRM}/passkey.json")
    async def ask() -> Response:
        login = await require_login(context)
        options = await context.passkeys.use.ask_to_confirm(requesting_client(), login)
        return Response(options, content_type=JSON)

    return blueprint


async def _ask(context: HttpContext, back: str) -> ResponseReturnValue:
    """Ask, unless that was done just now; staff who have no passkey are led to adding one."""
    login = await require_login(context)
    owner = await context.passkeys.own.owner(login)
    if not context.passkeys.own.may_change(owner) or (login.lacks_mfa and owner.known):
        return await _show(context, back)
    return redirect(NEW_PASSKEY if login.lacks_mfa else back, 303)


async def _go_on(
    context: HttpContext, confirming: Awaitable[StartedSession]
) -> ResponseReturnValue:
    try:
        remember_login(await confirming)
    except (DatabaseUnavailable, ServiceError) as error:
        return await _show_problem(context, problem_of(error))
    return redirect(safe_redirect(read_form().get("next", "")), 303)


async def _show_problem(context: HttpContext, problem: Problem) -> ResponseReturnValue:
    is_wrong = problem.code == "wrong_login"
    detail, status = (_(NOT_YOUR_PASSWORD), 400) if is_wrong else (problem.detail, problem.status)
    back = safe_redirect(read_form().get("next", ""))
    return await _show(context, back, detail), status, problem.headers


async def _show(context: HttpContext, back: str, error: str | None = None) -> str:
    owner = await context.passkeys.own.owner(await require_login(context))
    return await show(
        context,
        "passkeys/confirm.html",
        path=CONFIRM,
        owner=owner,
        next=back,
        error=error,
        takes_passkeys=takes_passkeys(context),
    )
