"""Registering, signing in and signing out for scripts (protocol.md §7)."""

from quart import Blueprint, Response

from app.domain.sessions import Session
from app.http.account.auth import register, sign_in
from app.http.account.signin_pages import CLEAR_SITE_DATA
from app.http.core.context import Desk
from app.http.core.json_body import as_json, read_body
from app.http.core.session import end_login, need_login


def account_api(desk: Desk) -> Blueprint:
    """Return the routes of accounts and logins."""
    door = Blueprint("account_api", __name__)

    @door.post("/api/accounts")
    async def newcomer() -> Response:
        return as_json(_fields(desk, await register(desk, await read_body())), 201)

    @door.post("/api/session")
    async def login() -> Response:
        return as_json(_fields(desk, await sign_in(desk, await read_body())))

    @door.delete("/api/session")
    async def logout() -> Response:
        await end_login(desk, await need_login(desk))
        return Response(None, 204, CLEAR_SITE_DATA)

    return door


def _fields(desk: Desk, login: Session) -> dict[str, object]:
    return {
        "account": login.account,
        "name": login.name,
        "session_left_ms": desk.sessions.left_ms(login),
    }
