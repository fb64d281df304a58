"""The session of a request: looked up by its cookie, begun and ended (ASVS 5.0, 7.2 to 7.4)."""

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
from app.services.auth import Client, StartedSession
from app.services.client_network import client_network
from app.store.sessions import digest, find_session, find_staff_session, save_last_use

USES_KEPT = 100
"""A use is saved if the last one saved is older than a hundredth of the idle timeout."""

Query = Callable[[Connection, SessionHash, Lifetime, int], Session | None]


async def find_login(context: HttpContext) -> Session | None:
    """Return the request's session, if it has one; it is looked up once a request."""
    if "login" not in g:
        g.login = await _look_up(context, find_session)
    login: Session | None = g.login
    return login


async def require_login(context: HttpContext) -> Session:
    """Return the request's session. Raises Problem 401 if it has none."""
    if (login := await find_login(context)) is None:
        raise login_required()
    return login


def to_login(back: str, add: str = "") -> ResponseTypes:
    """Redirect to the sign-in page, which leads on to *back* and adds product *add* to the cart."""
    query = {"next": back} | ({"add": add} if add else {})
    return redirect(f"/login?{urlencode(query)}", 303)


async def require_staff(context: HttpContext) -> Session:
    """Return the session of a staff member. Raises Problem 404 for all others."""
    if (login := await _look_up(context, find_staff_session)) is None:
        raise not_found()
    g.login = login
    return login


def requesting_client() -> Client:
    """Return who sends the request, as services need it."""
    agent = request.headers.get("User-Agent", "")
    return Client(client_network(request.remote_addr or ""), agent, claimed_hash())


def claimed_hash() -> SessionHash | None:
    """Return the hash of the session that the cookie names, whether or not there is one."""
    return digest(current_user.auth_id) if current_user.auth_id else None


def remember_login(started: StartedSession) -> Session:
    """Set the cookie of a session that has just begun, and return the session."""
    login_user(AuthUser(started.secret), remember=True)
    return started.session


async def end_login(context: HttpContext, login: Session) -> None:
    """Sign out, and delete the cookie."""
    await context.auth.sign_out(login)
    logout_user()


async def _look_up(context: HttpContext, query: Query) -> Session | None:
    if (id_hash := claimed_hash()) is None:
        return None
    now_s = int(context.now_s())
    login = await context.database.read(query, id_hash, context.lifetime, now_s)
    if login is not None:
        await _use(context, login, now_s)
    return login


async def _use(context: HttpContext, login: Session, now_s: int) -> None:
    context.sessions.use(login)
    if (now_s - login.used_at_s) * USES_KEPT > context.lifetime.idle_s:
        with suppress(DatabaseUnavailable):
            await context.database.write(save_last_use, login.id_hash, now_s)
