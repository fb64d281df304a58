"""Registering and signing in, whichever form they come in."""

import re
from collections.abc import Mapping

from quart import request
from sqlalchemy import Connection

from app.domain.cart import AccountId
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.problems import Problem, malformed, throttled
from app.http.core.session import begin_login
from app.protocol.json import BadValue, text
from app.services.login_backoff import wait_s
from app.services.rate_limit import client_network
from app.store.accounts import (
    EmailTaken,
    PasswordMoved,
    Person,
    add_account,
    add_failure,
    clear_failures,
    expect_password,
    find_by_email,
    find_failures,
    set_password_hash,
)

LONGEST_EMAIL = 254
LONGEST_NAME = 100

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

Fields = Mapping[str, object]


async def register(context: HttpContext, fields: Fields) -> Session:
    """Make an account of what *fields* say, and sign in to it."""
    email, password, name = _email(fields), read_text(fields, "password"), read_name(fields)
    if weakness := context.passwords.weakness(password):
        raise Problem(400, "weak_password", weakness)
    if pause_s := context.registrations.spend(from_address()):
        raise throttled(pause_s)
    with context.passwords.slot(from_address()):
        password_hash = await context.passwords.hash(password)
    person = Person(AccountId(f"u-{context.new_uuid()}"), email, name, password_hash)
    epoch, now_s = context.new_epoch(), int(context.now_s())
    try:
        return await begin_login(
            context, person, lambda told: add_account(told, person, epoch, now_s)
        )
    except EmailTaken:
        detail = "There is an account with this e-mail address already. Sign in to it."
        raise Problem(409, "email_taken", detail) from None


async def sign_in(context: HttpContext, fields: Fields) -> Session:
    """Sign in; unknown e-mail and wrong password take the same way and the same time."""
    email, password = read_text(fields, "email"), read_text(fields, "password")
    address = from_address()
    with context.passwords.slot(address):
        async with context.login_locks.of(email, address):
            person, better_hash = await recognise(context, email, password, address)

    def first(connection: Connection) -> None:
        expect_password(connection, person)
        clear_failures(connection, email, address)
        if better_hash:
            set_password_hash(connection, person.account, better_hash)

    try:
        return await begin_login(context, person, first)
    except PasswordMoved:
        return await sign_in(context, fields)


async def recognise(
    context: HttpContext, email: str, password: str, address: str
) -> tuple[Person, str | None]:
    """Return whose password that is, and a better hash of it if theirs is outdated."""
    failures = await context.database.read(find_failures, email, address)
    if pause_s := wait_s(failures, context.free_failures, context.now_s()):
        raise throttled(pause_s)
    person = await context.database.read(find_by_email, email)
    known = person.password_hash if person else None
    if not await context.passwords.fit(password, known) or person is None:
        await context.database.write(add_failure, email, address, int(context.now_s()))
        detail = "E-mail address or password is wrong. Check both and try again."
        raise Problem(401, "wrong_login", detail)
    if not context.passwords.is_outdated(person.password_hash):
        return person, None
    return person, await context.passwords.hash(password)


def is_email(text: str) -> bool:
    """Say whether *text* may be an e-mail address; only mail itself could tell for sure."""
    return len(text) <= LONGEST_EMAIL and bool(_EMAIL.fullmatch(text))


def _email(fields: Fields) -> str:
    email = read_text(fields, "email")
    if not is_email(email):
        raise malformed("The e-mail address needs one @, with something on both sides")
    return email


def read_name(fields: Fields) -> str:
    """Return what somebody wants to be called, or refuse."""
    name = read_text(fields, "name")
    if len(name) > LONGEST_NAME or not name.strip() or "\n" in name or "\t" in name:
        raise malformed(f"A name has 1 to {LONGEST_NAME} characters, on one line")
    return name


def read_text(fields: Fields, name: str) -> str:
    """Return the text called *name*, or refuse."""
    try:
        return text(fields, name)
    except BadValue as fault:
        raise malformed(fault) from fault


def from_address() -> str:
    """Return where the request comes from, as failures are counted."""
    return client_network(request.remote_addr or "")
