"""Access for staff: to everybody else, every path below /staff and /api/staff answers 404."""

from quart import Blueprint, Response, g, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.core.safe_redirect import safe_redirect
from app.http.core.security import SAFE_METHODS
from app.http.core.session import find_login, note_request, require_staff
from app.http.core.step_up import ask_for_mfa
from app.services.security_log import SecurityEvent, SecurityOutcome

STAFF = "staff"
API = "api/"
STAFF_ACCOUNTS = "staff_accounts"
"""The blueprint whose acts are noted one by one by the service that does them."""
BAD_REQUEST = 400


def staff_blueprint(context: HttpContext) -> Blueprint:
    """Return the guard of every path of staff's, and what all its pages ask for.

    `changes.json` has the revision that counts changes of products and orders.
    """
    blueprint = Blueprint("staff", __name__)

    @blueprint.before_app_request
    async def guard() -> ResponseReturnValue | None:
        if not is_for_staff(request.path):
            return None
        if (login := await find_login(context)) and login.lacks_mfa:
            return ask_for_mfa()
        await require_staff(context)
        return None

    @blueprint.after_app_request
    async def note_edit(response: Response) -> Response:
        login: Session | None = g.get("login")
        is_edit = request.method not in SAFE_METHODS and is_for_staff(request.path)
        if is_edit and login and login.staff and request.blueprint != STAFF_ACCOUNTS:
            _note_edit(context, login, response.status_code)
        return response

    @blueprint.get("/staff")
    async def staff() -> ResponseReturnValue:
        return redirect("/staff/orders", 303)

    @blueprint.get("/staff/changes.json")
    async def changes() -> Response:
        return as_json({"revision": context.catalog.revision})

    return blueprint


def _note_edit(context: HttpContext, login: Session, status: int) -> None:
    """Note which form was sent and what became of it; what it was about only if that exists."""
    is_done = status < BAD_REQUEST and g.get("notice_kind", "ok") == "ok"
    outcome = SecurityOutcome.DONE if is_done else SecurityOutcome.REFUSED
    about = list((request.view_args or {}).values()) if status < BAD_REQUEST else []
    more = {"act": request.endpoint, "about": about}
    note_request(context, SecurityEvent.STAFF_EDIT, outcome, login, **more)


def is_for_staff(path: str) -> bool:
    """Say whether *path* is one of staff's; a path with doubled slashes too."""
    return path.lstrip("/").removeprefix(API).partition("/")[0] == STAFF


def back_to(page: str, target: str) -> str:
    """Return *target*, the page that a form was sent from, if it is below *page*; else *page*."""
    path = safe_redirect(target)
    return path if path.startswith(page) else page
