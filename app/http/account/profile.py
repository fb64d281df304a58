"""The page of an account: its name, password, addresses and sessions."""

from collections.abc import Mapping
from typing import NamedTuple

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.domain.sessions import Lifetime, Session, SessionHash
from app.http.account.auth import read_name, read_text
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.problems import Problem, not_found, problem_of
from app.http.core.session import (
    find_login,
    remember_login,
    requesting_client,
    require_login,
    to_login,
)
from app.services.errors import ServiceError
from app.store.accounts import PasswordChanged, Person, find_person, set_name
from app.store.addresses import KeptAddress, load_addresses
from app.store.sessions import SignedIn, end_other_sessions, end_own_session, load_sessions

PAGE = "/account"
FAULTY_FIELDS: Mapping[str, str] = {
    "malformed": "name",
    "weak_password": "new",
    "wrong_login": "current",
}
"""Beside which field a problem is shown, by its code; others are shown above the form."""
NOT_YOUR_PASSWORD = "That is not your password. Check it and try again."  # noqa: S105


class Profile(NamedTuple):
    """What the page shows of an account."""

    person: Person
    addresses: list[KeptAddress]
    sessions: list[SignedIn]


class FormError(NamedTuple):
    """The problem of a form that is shown again, with the name typed into it but no password."""

    form: str
    problem: Problem
    name: str | None = None

    @property
    def faults(self) -> dict[str, str]:
        """The sentence to show beside a field, by the field's name."""
        if (field := FAULTY_FIELDS.get(self.problem.code)) is None:
            return {}
        return {field: NOT_YOUR_PASSWORD if field == "current" else self.problem.detail}


def profile_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of the signed-in account, and its forms."""
    blueprint = Blueprint("own_account", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        return to_login(PAGE) if await find_login(context) is None else None

    @blueprint.get(PAGE)
    async def account() -> ResponseReturnValue:
        return await _show(context, await require_login(context))

    @blueprint.post(f"{PAGE}/name")
    async def name() -> ResponseReturnValue:
        return await _rename(context, await require_login(context))

    @blueprint.post(f"{PAGE}/password")
    async def password() -> ResponseReturnValue:
        return await _change_password(context, await require_login(context))

    @blueprint.post(f"{PAGE}/sessions/<id_hash>/end")
    async def end(id_hash: str) -> ResponseReturnValue:
        return await _end_session(context, await require_login(context), SessionHash(id_hash))

    @blueprint.post(f"{PAGE}/sessions/end-others")
    async def end_others() -> ResponseReturnValue:
        return await _end_other_sessions(context, await require_login(context))

    return blueprint


async def redirect_with_notice(text: str) -> ResponseReturnValue:
    """Redirect to the account's page, which shows *text*."""
    await flash(Notice("ok", text))
    return redirect(PAGE, 303)


async def _rename(context: HttpContext, login: Session) -> ResponseReturnValue:
    typed = (await request.form).get("name", "").strip()
    try:
        name = read_name({"name": typed})
    except Problem as problem:
        return await _show_again(context, login, FormError("name", problem, typed))
    await context.database.write(set_name, login.account, name)
    return await redirect_with_notice("Your name is changed.")


async def _change_password(context: HttpContext, login: Session) -> ResponseReturnValue:
    form = await request.form
    person = await _person(context, login)
    try:
        current, new = read_text(form, "current"), read_text(form, "new")
        started = await context.auth.change_password(
            requesting_client(), login, person, current, new
        )
    except PasswordChanged:
        return to_login(PAGE)
    except ServiceError as error:
        return await _show_again(context, login, FormError("password", problem_of(error)))
    except Problem as problem:
        return await _show_again(context, login, FormError("password", problem))
    remember_login(started)
    return await redirect_with_notice(
        "Your password is changed. Everywhere else you are signed out."
    )


async def _end_session(
    context: HttpContext, login: Session, id_hash: SessionHash
) -> ResponseReturnValue:
    if not await context.database.write(end_own_session, login.account, id_hash):
        raise not_found()
    context.sessions.end(id_hash)
    return await redirect_with_notice("Signed out there.")


async def _end_other_sessions(context: HttpContext, login: Session) -> ResponseReturnValue:
    for id_hash in await context.database.write(end_other_sessions, login.account, login.id_hash):
        context.sessions.end(id_hash)
    return await redirect_with_notice("Signed out everywhere else.")


async def _person(context: HttpContext, login: Session) -> Person:
    if (person := await context.database.read(find_person, login.account)) is None:
        raise not_found()
    return person


async def _show_again(
    context: HttpContext, login: Session, error: FormError
) -> ResponseReturnValue:
    problem = error.problem
    status = 400 if problem.code == "wrong_login" else problem.status
    return await _show(context, login, error), status, problem.headers


async def _show(context: HttpContext, login: Session, error: FormError | None = None) -> str:
    now_s = int(context.now_s())
    profile = await context.database.read(_load, login, context.lifetime, now_s)
    return await show(
        context,
        "account.html",
        path=PAGE,
        profile=profile,
        form_error=error,
        current_session=login.id_hash,
    )


def _load(connection: Connection, login: Session, lifetime: Lifetime, now_s: int) -> Profile:
    if (person := find_person(connection, login.account)) is None:
        raise not_found()
    return Profile(
        person,
        load_addresses(connection, login.account),
        load_sessions(connection, login.account, lifetime, now_s),
    )
