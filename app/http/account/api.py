"""Register, sign in and sign out with JSON (protocol.md §7)."""

from quart import Blueprint, Response

from app.domain.sessions import Session
from app.http.account.auth import register, sign_in
from app.http.account.signin_pages import CLEAR_SITE_DATA
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.session import end_login, require_login


def account_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of accounts and sessions."""
    blueprint = Blueprint("account_api", __name__)

    @blueprint.post("/api/accounts")
    async def add_account() -> Response:
        return as_json(_fields(context, await register(context, await read_body())), 201)

    @blueprint.post("/api/session")
    async def login() -> Response:
        return as_json(_fields(context, await sign_in(context, await read_body())))

    @blueprint.delete("/api/session")
    async def logout() -> Response:
        await end_login(context, await require_login(context))
        return Response(None, 204, CLEAR_SITE_DATA)

    return blueprint


def _fields(context: HttpContext, login: Session) -> dict[str, object]:
    return {
        "account": login.account,
        "name": login.name,
        "session_left_ms": context.sessions.left_ms(login),
    }
