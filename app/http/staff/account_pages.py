"""For staff: accounts. Their sessions can be ended, and they can be disabled and changed."""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from sqlalchemy import Connection

from app.domain.accounts import AccountId
from app.domain.emails import shown_email
from app.domain.plain_text import shown_text
from app.domain.sessions import Lifetime, SessionHash
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.problems import Problem, not_found, problem_of
from app.http.core.session import requesting_actor, require_login
from app.http.staff.access import STAFF_ACCOUNTS
from app.http.staff.account_questions import ONE_SESSION, question_before
from app.http.staff.list_queries import requested_start, require_items
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.accounts import Actor
from app.services.errors import ServiceError
from app.store.account_list import PAGE_KEY, list_accounts
from app.store.accounts import Person, find_person
from app.store.sessions import SignedIn, load_sessions

PAGE = "/staff/accounts"
LONGEST_QUERY = 100
ALREADY_ENDED = N_("%(name)s was already signed out of that session.")
NEW_ROLE = {
    "staff": N_("%(name)s is now a member of staff, and has to sign in again."),
    "shopper": N_("%(name)s is now a shopper, and has to sign in again."),
}

Act = Callable[[Actor, Person], Awaitable[str]]
"""Does something to an account, and returns the sentence that says what."""


class ShownAccount(NamedTuple):
    """An account, and where it is signed in."""

    person: Person
    sessions: list[SignedIn]


def staff_accounts_blueprint(context: HttpContext) -> Blueprint:
    """Return the list of accounts, the page of each, and its forms."""
    blueprint = Blueprint(STAFF_ACCOUNTS, __name__)

    @blueprint.get(PAGE)
    async def list_found() -> ResponseReturnValue:
        sought, start = (
            request.args.get("q", "")[:LONGEST_QUERY].strip(),
            requested_start(*PAGE_KEY),
        )
        found = await context.database.read(list_accounts, sought, start)
        require_items(start, found.accounts)
        return await show(
            context,
            "staff/accounts.html",
            accounts=found.accounts,
            next_page=found.next_page,
            sought=sought,
        )

    @blueprint.get(f"{PAGE}/<account>")
    async def account(account: str) -> ResponseReturnValue:
        return await _show(context, account)

    @blueprint.get(f"{PAGE}/<account>/ask")
    async def ask(account: str) -> ResponseReturnValue:
        return await _ask(context, account, request.args.get("act", ""))

    _add_session_forms(blueprint, context)
    _add_account_forms(blueprint, context)
    return blueprint


async def _ask(context: HttpContext, account: str, act: str) -> ResponseReturnValue:
    """Ask before *act*, the last part of the address that does it."""
    found, page = await _find(context, account), _page_of(account)
    if (question := question_before(act)) is None:
        raise not_found()
    ended = re.fullmatch(ONE_SESSION, act)
    if ended and ended[1] not in {session.id_hash for session in found.sessions}:
        flash(Notice("warn", _(ALREADY_ENDED, name=found.person.name)))
        return redirect(page, 303)
    name = shown_text(found.person.name)
    return await show(
        context,
        "staff/account_question.html",
        name=name,
        email=shown_email(found.person.email),
        question=_(question.text, name=name),
        consequence=_(question.consequence),
        label=_(question.label),
        action=f"{page}/{act}",
        back=page,
    )


def _add_session_forms(blueprint: Blueprint, context: HttpContext) -> None:
    @blueprint.post(f"{PAGE}/<account>/sessions/<id_hash>/end")
    async def end(account: str, id_hash: str) -> ResponseReturnValue:
        async def act(by: Actor, person: Person) -> str:
            if not await context.accounts.end_session(by, person.account, SessionHash(id_hash)):
                return _(ALREADY_ENDED, name=person.name)
            return _("%(name)s is signed out of that session.", name=person.name)

        return await _do(context, account, act)

    @blueprint.post(f"{PAGE}/<account>/sessions/end")
    async def end_all(account: str) -> ResponseReturnValue:
        async def act(by: Actor, person: Person) -> str:
            await context.accounts.end_all_sessions(by, person.account)
            return _("%(name)s is signed out everywhere.", name=person.name)

        return await _do(context, account, act)


def _add_account_forms(blueprint: Blueprint, context: HttpContext) -> None:
    @blueprint.post(f"{PAGE}/<account>/<any(disable, enable):how>")
    async def set_disabled(account: str, how: str) -> ResponseReturnValue:
        async def act(by: Actor, person: Person) -> str:
            await context.accounts.set_disabled(by, person.account, disabled=how == "disable")
            if how == "enable":
                return _("%(name)s can sign in again.", name=person.name)
            return _("%(name)s is signed out everywhere, and cannot sign in.", name=person.name)

        return await _do(context, account, act)

    @blueprint.post(f"{PAGE}/<account>/role/<any(staff, shopper):role>")
    async def set_role(account: str, role: str) -> ResponseReturnValue:
        async def act(by: Actor, person: Person) -> str:
            await context.accounts.set_staff(by, person.account, staff=role == "staff")
            return _(NEW_ROLE[role], name=person.name)

        return await _do(context, account, act)

    @blueprint.post(f"{PAGE}/<account>/password")
    async def set_password(account: str) -> ResponseReturnValue:
        password = (await request.form).get("password", "")

        async def act(by: Actor, person: Person) -> str:
            await context.accounts.set_password(by, person, password)
            return _(
                "The password of %(name)s is set, and they are signed out everywhere.",
                name=person.name,
            )

        return await _do(context, account, act)


async def _do(context: HttpContext, account: str, act: Act) -> ResponseReturnValue:
    """Do *act* and return to the account's page, or show there why it was refused."""
    person = (await _find(context, account)).person
    login = await require_login(context)
    try:
        text = await act(requesting_actor(login), person)
    except ServiceError as error:
        problem = problem_of(error)
        return await _show(context, account, problem), problem.status, problem.headers
    flash(Notice("ok", text))
    return redirect(_page_of(person.account), 303)


async def _show(context: HttpContext, account: str, problem: Problem | None = None) -> str:
    found, login = await _find(context, account), await require_login(context)
    return await show(
        context,
        "staff/account.html",
        path=_page_of(account),
        person=found.person,
        email=shown_email(found.person.email),
        sessions=found.sessions,
        current_session=login.id_hash,
        is_own=found.person.account == login.account,
        problem=problem,
    )


def _page_of(account: str) -> str:
    return f"{PAGE}/{account}"


async def _find(context: HttpContext, account: str) -> ShownAccount:
    now_s = int(context.now_s())
    found = await context.database.read(_load, AccountId(account), context.lifetime, now_s)
    if found is None:
        raise not_found()
    return found


def _load(
    connection: Connection, account: AccountId, lifetime: Lifetime, now_s: int
) -> ShownAccount | None:
    person = find_person(connection, account)
    if person is None:
        return None
    return ShownAccount(person, load_sessions(connection, account, lifetime, now_s))
