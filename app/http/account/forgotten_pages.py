"""The pages of a forgotten password: ask for a link by mail, and set a new password with it."""

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.mail_tokens import Purpose, TokenExpired, TokenUsed
from app.http.account.auth import read_email, read_text
from app.http.account.dead_links import show_dead_link
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import add_page_key, read_form
from app.http.core.page import show
from app.http.core.problems import Problem, problem_of
from app.http.core.session import requesting_client
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.services.errors import ServiceError
from app.services.mailed_links import RESET_PATH

PAGE = "/forgotten"
SENT = f"{PAGE}/sent"


def forgotten_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages of a forgotten password."""
    blueprint = Blueprint("forgotten", __name__)

    @blueprint.get(PAGE)
    async def form() -> ResponseReturnValue:
        add_page_key(context)
        return await show(context, "forgotten.html", email="", error=None)

    @blueprint.post(PAGE)
    async def send() -> ResponseReturnValue:
        try:
            client = requesting_client()._replace(language=current_language())
            await context.forgotten_password.request(client, read_email(read_form()))
        except (ServiceError, DatabaseUnavailable) as error:
            return await _show_again(context, problem_of(error))
        except Problem as problem:
            return await _show_again(context, problem)
        return redirect(SENT, 303)

    @blueprint.get(SENT)
    async def sent() -> ResponseReturnValue:
        return await show(context, "mail_sent.html", keeps_mails=context.kept_mails is not None)

    @blueprint.get(f"{RESET_PATH}/<secret>")
    async def ask(secret: str) -> ResponseReturnValue:
        return await _ask(context, secret)

    @blueprint.post(f"{RESET_PATH}/<secret>")
    async def reset(secret: str) -> ResponseReturnValue:
        return await _reset(context, secret)

    return blueprint


async def _reset(context: HttpContext, secret: str) -> ResponseReturnValue:
    try:
        password = read_text(read_form(), "password")
        await context.forgotten_password.reset(requesting_client(), secret, password)
    except (TokenUsed, TokenExpired) as fault:
        return await show_dead_link(context, Purpose.RESET, fault)
    except (ServiceError, DatabaseUnavailable) as error:
        return await _ask(context, secret, problem_of(error))
    except Problem as problem:
        return await _ask(context, secret, problem)
    flash(Notice("ok", _("Your password is changed. Sign in with it.")))
    return redirect("/login", 303)


async def _ask(
    context: HttpContext, secret: str, problem: Problem | None = None
) -> ResponseReturnValue:
    try:
        token = await context.forgotten_password.find(secret)
    except (TokenUsed, TokenExpired) as fault:
        return await show_dead_link(context, Purpose.RESET, fault)
    add_page_key(context)
    values = {"path": f"{RESET_PATH}/{secret}", "email": token.email}
    error = problem.detail if problem else None
    page = await show(context, "reset.html", **values, error=error)
    return (page, problem.status, problem.headers) if problem else page


async def _show_again(context: HttpContext, problem: Problem) -> ResponseReturnValue:
    add_page_key(context)
    typed = read_form().get("email", "")
    page = await show(context, "forgotten.html", email=typed, error=problem.detail)
    return page, problem.status, problem.headers
