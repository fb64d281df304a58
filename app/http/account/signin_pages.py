"""The pages to sign in, register and sign out.

They carry along the page to return to, and the product whose button led to the sign-in page.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Session
from app.http.account.auth import register_by_form, sign_in
from app.http.cart.pages import add_chosen_product
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import PAGE_KEY, add_page_key, read_form
from app.http.core.page import show
from app.http.core.problems import Problem, problem_of
from app.http.core.safe_redirect import HOME, safe_redirect
from app.http.core.session import claimed_hash, end_login, find_login
from app.http.core.step_up import takes_passkeys
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.errors import ServiceError

CLEAR_SITE_DATA = {"Clear-Site-Data": '"cache", "storage"'}
"""Without "cookies", which would clear other ports' too; ours is deleted by its name."""
CLEAR_CACHE = {"Clear-Site-Data": '"cache"'}
CLEARS = "clears"
"""The field by which a page says that its script deletes what it stored of this account.

What the browser keeps of another account, whose changes are not saved yet, is left alone then.
"""

CONFIRM_SOON = N_(
    "Welcome. We have sent a mail to %(email)s: open the link in it before your first order."
)
NOTHING_TYPED = N_("Enter your e-mail address and password.")

Authenticate = Callable[[HttpContext, Mapping[str, object]], Awaitable[Session]]


def signin_blueprint(context: HttpContext) -> Blueprint:
    """Return the pages for signing in, registering and signing out."""
    blueprint = Blueprint("account", __name__)

    @blueprint.get("/login")
    async def login_form() -> ResponseReturnValue:
        return await _show_form(context, "login.html")

    @blueprint.post("/login")
    async def login() -> ResponseReturnValue:
        return await _submit(context, sign_in, "login.html")

    @blueprint.get("/register")
    async def register_form() -> ResponseReturnValue:
        return await _show_form(context, "register.html")

    @blueprint.post("/register")
    async def add_account() -> ResponseReturnValue:
        return await _submit(context, _register, "register.html")

    @blueprint.post("/logout")
    async def logout() -> ResponseReturnValue:
        if login := await find_login(context):
            await end_login(context, login)
        elif claimed_hash() is None:
            return redirect(HOME, 303)
        flash(Notice("ok", _("You are signed out.")))
        return redirect(HOME, 303), CLEAR_CACHE if CLEARS in read_form() else CLEAR_SITE_DATA

    return blueprint


async def _register(context: HttpContext, form: Mapping[str, object]) -> Session:
    """Register with *form*, and say on the next page that a mail is on its way."""
    login = await register_by_form(context, form)
    if context.registration.confirms:
        flash(Notice("ok", _(CONFIRM_SOON, email=form["email"])))
    return login


async def _show_form(context: HttpContext, template: str) -> ResponseReturnValue:
    """Return the form; a visitor who is signed in already is redirected.

    The product in the query is not added then: a GET changes nothing.
    """
    values = form_values(request.args)
    if await find_login(context):
        return redirect(values["next"], 303)
    add_page_key(context)
    return await show(context, template, **values, takes_passkeys=takes_passkeys(context))


async def _submit(
    context: HttpContext, authenticate: Authenticate, template: str
) -> ResponseReturnValue:
    form = read_form()
    values = form_values(form)
    if not form.get("email") or not form.get("password"):
        problem = Problem(400, "malformed", _(NOTHING_TYPED))
        return await show_problem(context, template, values, problem)
    try:
        login = await authenticate(context, {"name": "", **form})
    except (DatabaseUnavailable, ServiceError) as error:
        return await show_problem(context, template, values, problem_of(error))
    except Problem as problem:
        return await show_problem(context, template, values, problem)
    await add_chosen_product(context, login, values["add"], form.get(PAGE_KEY, ""))
    return redirect(values["next"], 303)


async def show_problem(
    context: HttpContext, template: str, values: Mapping[str, Any], problem: Problem
) -> ResponseReturnValue:
    """Return the form once more, with *values*, and what it was refused for."""
    add_page_key(context)
    shown = {**values, "error": problem.detail, "takes_passkeys": takes_passkeys(context)}
    page = await show(context, template, **shown)
    return page, problem.status, problem.headers


def form_values(given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form is filled with; never a password."""
    back = safe_redirect(given.get("next", ""))
    typed = {name: given.get(name, "") for name in ("email", "name", "add")}
    return {**typed, "next": back, "path": back, "error": None}
