"""Changing a password (ASVS 5.0, 6.2.2, 6.2.3, 7.2.4, 7.4.3)."""

from sqlalchemy import Connection

from app.domain.sessions import Session, SessionHash
from app.http.account.auth import from_address, recognise
from app.http.core.context import HttpContext
from app.http.core.problems import Problem
from app.http.core.session import renew_login
from app.store.accounts import Person, clear_failures, expect_password, set_password_hash
from app.store.sessions import end_other_sessions


async def change_password(
    context: HttpContext, login: Session, person: Person, current: str, new: str
) -> None:
    """Give *person* a *new* password; every other login ends, and this browser gets a new id.

    The *current* one is checked as at signing in: same throttle, same turns, same time. Raises
    `PasswordMoved` if somebody else changed it meanwhile, which has ended *login* too.
    """
    if weakness := context.passwords.weakness(new):
        raise Problem(400, "weak_password", weakness)
    address = from_address()
    with context.passwords.slot(address):
        async with context.login_locks.of(person.email, address):
            known, _ = await recognise(context, person.email, current, address)
        password_hash = await context.passwords.hash(new)
    ended: list[SessionHash] = []

    def first(connection: Connection) -> None:
        expect_password(connection, known)
        clear_failures(connection, known.email, address)
        set_password_hash(connection, known.account, password_hash)
        ended.extend(end_other_sessions(connection, known.account, login.id_hash))

    await renew_login(context, known, login, first)
    for id_hash in ended:
        context.sessions.end(id_hash)
