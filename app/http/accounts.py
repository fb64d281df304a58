"""Registering and signing in, whichever form they come in."""

import re
from collections.abc import Mapping

from quart import request
from sqlalchemy import Connection

from app.domain.cart import Account
from app.domain.sessions import Session
from app.http.desk import Desk
from app.http.login import begin_login
from app.http.problems import Problem, malformed, throttled
from app.http.throttle import household
from app.http.tries import wait_s
from app.protocol.json import BadValue, text
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


async def register(desk: Desk, fields: Fields) -> Session:
    """Make an account of what *fields* say, and sign in to it."""
    email, password, name = _email(fields), read_text(fields, "password"), read_name(fields)
    if weakness := desk.passwords.weakness(password):
        raise Problem(400, "weak_password", weakness)
    if pause_s := desk.registrations.spend(from_address()):
        raise throttled(pause_s)
    with desk.passwords.place(from_address()):
        password_hash = await desk.passwords.hash(password)
    person = Person(Account(f"u-{desk.new_uuid()}"), email, name, password_hash)
    epoch, now_s = desk.new_epoch(), int(desk.now_s())
    try:
        return await begin_login(desk, person, lambda told: add_account(told, person, epoch, now_s))
    except EmailTaken:
        detail = "There is an account with this e-mail address already. Sign in to it."
        raise Problem(409, "email_taken", detail) from None


async def sign_in(desk: Desk, fields: Fields) -> Session:
    """Sign in; unknown e-mail and wrong password take the same way and the same time."""
    email, password = read_text(fields, "email"), read_text(fields, "password")
    address = from_address()
    with desk.passwords.place(address):
        async with desk.turns.of(email, address):
            person, better_hash = await recognise(desk, email, password, address)

    def first(connection: Connection) -> None:
        expect_password(connection, person)
        clear_failures(connection, email, address)
        if better_hash:
            set_password_hash(connection, person.account, better_hash)

    try:
        return await begin_login(desk, person, first)
    except PasswordMoved:
        return await sign_in(desk, fields)


async def recognise(
    desk: Desk, email: str, password: str, address: str
) -> tuple[Person, str | None]:
    """Return whose password that is, and a better hash of it if theirs is outdated."""
    failures = await desk.database.read(find_failures, email, address)
    if pause_s := wait_s(failures, desk.free_failures, desk.now_s()):
        raise throttled(pause_s)
    person = await desk.database.read(find_by_email, email)
    known = person.password_hash if person else None
    if not await desk.passwords.fit(password, known) or person is None:
        await desk.database.write(add_failure, email, address, int(desk.now_s()))
        detail = "E-mail address or password is wrong. Check both and try again."
        raise Problem(401, "wrong_login", detail)
    if not desk.passwords.is_outdated(person.password_hash):
        return person, None
    return person, await desk.passwords.hash(password)


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
    return household(request.remote_addr or "")
