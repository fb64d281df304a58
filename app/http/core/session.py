"""The login that a request comes with: found, begun and ended (ASVS 5.0, 7.2 to 7.4)."""

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

from quart import g, redirect, request
from quart.typing import ResponseTypes
from quart_auth import AuthUser, current_user, login_user, logout_user
from sqlalchemy import Connection

from app.domain.errors import DatabaseUnavailable
from app.domain.sessions import Lifetime, Session, SessionHash
from app.http.core.context import HttpContext
from app.http.core.problems import login_required, not_found
from app.store.accounts import Person
from app.store.sessions import (
    add_session,
    digest,
    end_session,
    find_session,
    find_staff,
    touch_session,
)

USES_KEPT = 100
"""A use is written down when a hundredth of the time that a login may rest has passed."""

Query = Callable[[Connection, SessionHash, Lifetime, int], Session | None]


async def find_login(context: HttpContext) -> Session | None:
    """Return the login of whoever asks; looked up once for a request."""
    if "login" not in g:
        g.login = await _look_up(context, find_session)
    login: Session | None = g.login
    return login


async def require_login(context: HttpContext) -> Session:
    """Return the login of whoever asks, or refuse."""
    if (login := await find_login(context)) is None:
        raise login_required()
    return login


def to_login(back: str, add: str = "") -> ResponseTypes:
    """Send somebody to sign in, then *back*, with what they wanted to *add* kept."""
    query = {"next": back} | ({"add": add} if add else {})
    return redirect(f"/login?{urlencode(query)}", 303)


async def require_staff(context: HttpContext) -> Session:
    """Return the login of a member of staff; to anybody else there is nothing at this address."""
    if (login := await _look_up(context, find_staff)) is None:
        raise not_found()
    g.login = login
    return login


async def begin_login(
    context: HttpContext, person: Person, first: Callable[[Connection], None]
) -> Session:
    """Sign *person* in with a new id, and end the login that the request came with.

    All in one transaction, which begins with *first*.
    """
    ended = claimed_hash()
    login = await _replace(context, person, ended, first)
    if ended is not None:
        context.sessions.end(ended)
    return login


async def renew_login(
    context: HttpContext, person: Person, login: Session, first: Callable[[Connection], None]
) -> None:
    """Give the browser of *login* a new id; its open sockets go on with it."""
    context.sessions.renew(login.id_hash, await _replace(context, person, login.id_hash, first))


async def end_login(context: HttpContext, login: Session) -> None:
    """Sign out: the login is over, here and on the open sockets."""
    await context.database.write(end_session, login.id_hash)
    context.sessions.end(login.id_hash)
    logout_user()


async def _replace(
    context: HttpContext,
    person: Person,
    ended: SessionHash | None,
    first: Callable[[Connection], None],
) -> Session:
    secret, now_s = context.new_secret(), int(context.now_s())
    login = _login(context, person, digest(secret), now_s)
    agent = request.headers.get("User-Agent", "")

    def begin(connection: Connection) -> None:
        first(connection)
        if ended is not None:
            end_session(connection, ended)
        add_session(connection, login, agent, context.lifetime, now_s)

    await context.database.write(begin)
    login_user(AuthUser(secret), remember=True)
    return login


def _login(context: HttpContext, person: Person, id_hash: SessionHash, now_s: int) -> Session:
    ends_at_s = now_s + context.lifetime.absolute_s
    return Session(id_hash, person.account, person.name, person.staff, now_s, ends_at_s)


async def _look_up(context: HttpContext, query: Query) -> Session | None:
    if (id_hash := claimed_hash()) is None:
        return None
    now_s = int(context.now_s())
    login = await context.database.read(query, id_hash, context.lifetime, now_s)
    if login is not None:
        await _use(context, login, now_s)
    return login


def claimed_hash() -> SessionHash | None:
    """Return which login the cookie of the request names; whether it is one is not looked at."""
    return digest(current_user.auth_id) if current_user.auth_id else None


async def _use(context: HttpContext, login: Session, now_s: int) -> None:
    context.sessions.use(login)
    if (now_s - login.used_at_s) * USES_KEPT > context.lifetime.idle_s:
        with suppress(DatabaseUnavailable):
            await context.database.write(touch_session, login.id_hash, now_s)
