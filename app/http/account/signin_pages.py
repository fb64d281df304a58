"""Signing in and out as pages; where somebody was going, and what they pressed, is kept."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.sessions import Session
from app.http.account.auth import register, sign_in
from app.http.cart.pages import add_wanted
from app.http.core.context import Desk
from app.http.core.flash import Notice, leave
from app.http.core.page import show
from app.http.core.problems import Problem, busy
from app.http.core.safe_redirect import HOME, own_path
from app.http.core.session import end_login, find_login
from app.services.passwords import Crowded
from app.store.database import NotNow

CLEAR_SITE_DATA = {"Clear-Site-Data": '"cache", "storage"'}
"""Not "cookies": that reaches other shops on this host, and ours is taken back by name."""

Entry = Callable[[Desk, Mapping[str, object]], Awaitable[Session]]


def account_door(desk: Desk) -> Blueprint:
    """Return the pages for signing in, registering and signing out."""
    door = Blueprint("account", __name__)

    @door.get("/login")
    async def login_form() -> ResponseReturnValue:
        return await _ask(desk, "login.html")

    @door.post("/login")
    async def login() -> ResponseReturnValue:
        return await _let_in(desk, sign_in, "login.html")

    @door.get("/register")
    async def register_form() -> ResponseReturnValue:
        return await _ask(desk, "register.html")

    @door.post("/register")
    async def newcomer() -> ResponseReturnValue:
        return await _let_in(desk, register, "register.html")

    @door.post("/logout")
    async def logout() -> ResponseReturnValue:
        if (login := await find_login(desk)) is None:
            return redirect(HOME, 303)
        await end_login(desk, login)
        await leave(Notice("ok", "You are signed out."))
        return redirect(HOME, 303), CLEAR_SITE_DATA

    return door


async def _ask(desk: Desk, template: str) -> ResponseReturnValue:
    """Show the form, unless they are signed in; a link alone never puts anything into a cart."""
    about = _about(request.args)
    if await find_login(desk):
        return redirect(about["next"], 303)
    return await show(desk, template, **about)


async def _let_in(desk: Desk, enter: Entry, template: str) -> ResponseReturnValue:
    form = await request.form
    about = _about(form)
    try:
        login = await enter(desk, form)
    except (NotNow, Crowded):
        return await _say_no(desk, template, about, busy())
    except Problem as problem:
        return await _say_no(desk, template, about, problem)
    await add_wanted(desk, login, about["add"])
    return redirect(about["next"], 303)


async def _say_no(
    desk: Desk, template: str, about: Mapping[str, Any], problem: Problem
) -> ResponseReturnValue:
    page = await show(desk, template, **{**about, "error": problem.detail})
    return page, problem.status, problem.headers


def _about(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form is filled with; a password never is."""
    back = own_path(asked.get("next", ""))
    typed = {name: asked.get(name, "") for name in ("email", "name", "add")}
    return {**typed, "next": back, "path": back, "error": None}
