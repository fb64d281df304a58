"""The pages to sign in, register and sign out.

They carry along the page to return to, and the product whose button led to the sign-in page.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Session
from app.http.account.auth import register, sign_in
from app.http.cart.pages import add_chosen_product
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.problems import Problem, problem_of
from app.http.core.safe_redirect import HOME, safe_redirect
from app.http.core.session import end_login, find_login
from app.services.errors import ServiceError

CLEAR_SITE_DATA = {"Clear-Site-Data": '"cache", "storage"'}
"""Without "cookies", which would clear other ports' too; ours is deleted by its name."""

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
        return await _submit(context, register, "register.html")

    @blueprint.post("/logout")
    async def logout() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return redirect(HOME, 303)
        await end_login(context, login)
        await flash(Notice("ok", "You are signed out."))
        return redirect(HOME, 303), CLEAR_SITE_DATA

    return blueprint


async def _show_form(context: HttpContext, template: str) -> ResponseReturnValue:
    """Return the form; a visitor who is signed in already is redirected.

    The product in the query is not added then: a GET changes nothing.
    """
    values = _form_values(request.args)
    if await find_login(context):
        return redirect(values["next"], 303)
    return await show(context, template, **values)


async def _submit(
    context: HttpContext, authenticate: Authenticate, template: str
) -> ResponseReturnValue:
    form = await request.form
    values = _form_values(form)
    try:
        login = await authenticate(context, form)
    except (DatabaseUnavailable, ServiceError) as error:
        return await _show_problem(context, template, values, problem_of(error))
    except Problem as problem:
        return await _show_problem(context, template, values, problem)
    await add_chosen_product(context, login, values["add"])
    return redirect(values["next"], 303)


async def _show_problem(
    context: HttpContext, template: str, values: Mapping[str, Any], problem: Problem
) -> ResponseReturnValue:
    page = await show(context, template, **{**values, "error": problem.detail})
    return page, problem.status, problem.headers


def _form_values(given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form is filled with; never a password."""
    back = safe_redirect(given.get("next", ""))
    typed = {name: given.get(name, "") for name in ("email", "name", "add")}
    return {**typed, "next": back, "path": back, "error": None}
