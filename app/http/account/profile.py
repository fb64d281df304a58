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
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import Problem, not_found, problem_of
from app.http.core.session import (
    find_login,
    remember_login,
    requesting_actor,
    requesting_client,
    require_login,
    to_login,
)
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.errors import ServiceError
from app.store.accounts import PasswordChanged, Person, find_person, set_name
from app.store.addresses import KeptAddress, load_addresses
from app.store.sessions import SignedIn, load_sessions
from app.store.waitlist import OwnPlace, places_of

PAGE = "/account"
NEW_PASSWORD = f"{PAGE}/password"
CHANGED = N_("Your password is changed, and you are signed out everywhere else.")
FAULTY_FIELDS: Mapping[tuple[str, str], str] = {
    ("name", "malformed"): "name",
    ("password", "weak_password"): "new",
    ("password", "wrong_login"): "current",
    ("email", "malformed"): "new-email",
    ("email", "same_email"): "new-email",
    ("email", "wrong_login"): "email-password",
}
"""Beside which field of a form a problem is shown, by its code; others are shown above the form."""
NOTHING_TYPED = N_("Enter your current password and a new one.")
NOT_YOUR_PASSWORD = N_("That is not your current password. Check it and try again.")


class Profile(NamedTuple):
    """What the page shows of an account."""

    person: Person
    addresses: list[KeptAddress]
    places: list[OwnPlace]
    sessions: list[SignedIn]


class FormError(NamedTuple):
    """The problem of a form that is shown again, with what was typed but for passwords."""

    form: str
    problem: Problem
    name: str | None = None
    email: str | None = None

    @property
    def faults(self) -> dict[str, str]:
        """The sentence to show beside a field, by the field's name."""
        field = FAULTY_FIELDS.get((self.form, self.problem.code))
        if field is None:
            return {}
        is_wrong = self.problem.code == "wrong_login"
        return {field: _(NOT_YOUR_PASSWORD) if is_wrong else self.problem.detail}


def profile_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of the signed-in account, and its forms."""
    blueprint = Blueprint("own_account", __name__)

    @blueprint.before_request
    async def redirect_without_login() -> ResponseReturnValue | None:
        if await find_login(context):
            return None
        return await _answer_repeated_change(context) or to_login(PAGE)

    @blueprint.get(PAGE)
    async def account() -> ResponseReturnValue:
        return await _show(context, await require_login(context))

    @blueprint.post(f"{PAGE}/name")
    async def name() -> ResponseReturnValue:
        return await _rename(context, await require_login(context))

    @blueprint.post(NEW_PASSWORD)
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
    flash(Notice("ok", text))
    return redirect(PAGE, 303)


async def _rename(context: HttpContext, login: Session) -> ResponseReturnValue:
    typed = read_form().get("name", "").strip()
    try:
        name = read_name({"name": typed})
    except Problem as problem:
        return await show_again(context, login, FormError("name", problem, typed))
    await context.database.write(set_name, login.account, name)
    return await redirect_with_notice(_("Your name is changed."))


async def _change_password(context: HttpContext, login: Session) -> ResponseReturnValue:
    form = read_form()
    person = await own_person(context, login)
    if not form.get("current") or not form.get("new"):
        problem = Problem(400, "nothing_typed", _(NOTHING_TYPED))
        return await show_again(context, login, FormError("password", problem))
    try:
        current, new = read_text(form, "current"), read_text(form, "new")
        started = await context.auth.change_password(
            requesting_client(), login, person, current, new
        )
    except PasswordChanged:
        return await _answer_repeated_change(context) or to_login(PAGE)
    except ServiceError as error:
        if repeated := await _answer_repeated_change(context):
            return repeated
        return await show_again(context, login, FormError("password", problem_of(error)))
    except Problem as problem:
        return await show_again(context, login, FormError("password", problem))
    remember_login(started)
    return await redirect_with_notice(_(CHANGED))


async def _answer_repeated_change(context: HttpContext) -> ResponseReturnValue | None:
    """Answer a change of the password that another process has just made, as it did.

    The session of the cookie is over then; whoever knows the new password gets another one.
    """
    new = read_form().get("new") if request.path == NEW_PASSWORD else None
    if not new:
        return None
    try:
        started = await context.auth.sign_in_renewed(requesting_client(), new)
    except ServiceError:
        return None
    if started is None:
        return None
    remember_login(started)
    return await redirect_with_notice(_(CHANGED))


async def _end_session(
    context: HttpContext, login: Session, id_hash: SessionHash
) -> ResponseReturnValue:
    if not await context.accounts.end_session(requesting_actor(login), login.account, id_hash):
        raise not_found()
    return await redirect_with_notice(_("That session is signed out."))


async def _end_other_sessions(context: HttpContext, login: Session) -> ResponseReturnValue:
    await context.accounts.end_other_sessions(requesting_actor(login), login.id_hash)
    return await redirect_with_notice(_("You are signed out everywhere else."))


async def own_person(context: HttpContext, login: Session) -> Person:
    """Return who is signed in, with the address and the password of now."""
    if (person := await context.database.read(find_person, login.account)) is None:
        raise not_found()
    return person


async def show_again(context: HttpContext, login: Session, error: FormError) -> ResponseReturnValue:
    """Return the page with the *error* of one of its forms."""
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
        places=[_place_fields(context, place) for place in profile.places],
        form_error=error,
        current_session=login.id_hash,
        zone=context.zone,
    )


def _place_fields(context: HttpContext, place: OwnPlace) -> dict[str, object]:
    product = context.catalog.today.products[place.sku]
    text = product.text(current_language())
    return place._asdict() | {"slug": product.slug, "name": text.name, "unit": text.unit}


def _load(connection: Connection, login: Session, lifetime: Lifetime, now_s: int) -> Profile:
    if (person := find_person(connection, login.account)) is None:
        raise not_found()
    return Profile(
        person,
        load_addresses(connection, login.account),
        places_of(connection, login.account),
        load_sessions(connection, login.account, lifetime, now_s),
    )
