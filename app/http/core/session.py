"""The session of a request: looked up by its cookie, begun and ended (ASVS 5.0, 7.2 to 7.4)."""

from contextlib import suppress
from urllib.parse import urlencode

from quart import g, redirect, request
from quart.typing import ResponseTypes
from quart_auth import AuthUser, current_user, login_user, logout_user

from app.domain.errors import DatabaseUnavailable
from app.domain.members import OWNER
from app.domain.sessions import Session, SessionHash
from app.http.core.cart_cookie import choose_cart
from app.http.core.context import HttpContext
from app.http.core.device_cookie import read_device, remember_device
from app.http.core.language import speak_chosen_language
from app.http.core.problems import login_required, not_found
from app.services.accounts import Actor
from app.services.auth import Client, StartedSession
from app.services.client_network import client_network
from app.services.security_log import SecurityEvent, SecurityOutcome
from app.store.sessions import digest, save_last_use

BACKGROUND = "X-Background"
"""The header of requests that a page sends by itself: they are no use of the session."""
USES_KEPT = 100
"""A use is saved if the last one saved is older than a hundredth of the idle timeout."""


async def find_login(context: HttpContext) -> Session | None:
    """Return the request's session, if it has one; it is looked up once a request.

    From then on the request is answered in the language that the account has chosen.
    """
    if "login" not in g:
        g.login = await _look_up(context)
        speak_chosen_language(g.login)
    login: Session | None = g.login
    return login


async def require_login(context: HttpContext) -> Session:
    """Return the request's session. Raises Problem 401 if it has none."""
    if (login := await find_login(context)) is None:
        raise login_required()
    return login


async def require_login_unused(context: HttpContext) -> Session:
    """Return the request's session, as `require_login`, but the request is no use of it."""
    g.is_background = True
    return await require_login(context)


def to_login(back: str, add: str = "") -> ResponseTypes:
    """Redirect to the sign-in page, which leads on to *back* and adds product *add* to the cart."""
    query = {"next": back} | ({"add": add} if add else {})
    return redirect(f"/login?{urlencode(query)}", 303)


async def require_staff(context: HttpContext) -> Session:
    """Return the session of a staff member. Raises Problem 404 for all others."""
    login = await find_login(context)
    if login is not None and login.staff:
        return login
    if login is not None:
        note_request(context, SecurityEvent.STAFF_ACCESS, SecurityOutcome.REFUSED, login)
    raise not_found()


def requesting_client() -> Client:
    """Return who sends the request, as services need it."""
    agent = request.headers.get("User-Agent", "")
    address = client_network(request.remote_addr or "")
    return Client(address, agent, claimed_hash(), device=read_device())


def requesting_actor(login: Session) -> Actor:
    """Return who sends the request, as the security log names them."""
    return Actor(login.account, requesting_client().address)


def note_request(
    context: HttpContext,
    event: SecurityEvent,
    outcome: SecurityOutcome,
    login: Session,
    **more: object,
) -> None:
    """Note in the security log what became of the request."""
    address = requesting_client().address
    context.security.note(event, outcome, login.account, address, **more)


def claimed_hash() -> SessionHash | None:
    """Return the hash of the session that the cookie names, whether or not there is one."""
    return digest(current_user.auth_id) if current_user.auth_id else None


def remember_login(started: StartedSession) -> Session:
    """Set the cookies of a session that has just begun, and return the session."""
    g.started = started
    login_user(AuthUser(started.secret), remember=True)
    remember_device(started.device)
    return started.session


async def end_login(context: HttpContext, login: Session) -> None:
    """Sign out, and delete the cookie."""
    await context.auth.sign_out(requesting_client(), login)
    forget_login()


def forget_login() -> None:
    """Delete the cookie of a session that has ended, and forget which cart was chosen."""
    choose_cart(OWNER)
    logout_user()


async def _look_up(context: HttpContext) -> Session | None:
    if (id_hash := claimed_hash()) is None:
        return None
    login = await context.session_lookup.find(id_hash)
    if login is not None and not (BACKGROUND in request.headers or g.get("is_background")):
        await _use(context, login, int(context.now_s()))
    return login


async def _use(context: HttpContext, login: Session, now_s: int) -> None:
    context.sessions.use(login)
    if (now_s - login.used_at_s) * USES_KEPT > context.lifetime.idle_s:
        with suppress(DatabaseUnavailable):
            await context.database.write(save_last_use, login.id_hash, now_s)
