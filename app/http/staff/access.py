"""The door for staff: to everybody else nothing under it exists."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.http.catalog.search import read_page
from app.http.core.context import HttpContext
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import require_staff

STAFF = "staff"


def staff_blueprint(context: HttpContext) -> Blueprint:
    """Return the way in, and the guard of all addresses under it, known and unknown."""
    blueprint = Blueprint("staff", __name__)

    @blueprint.before_app_request
    async def look() -> None:
        if is_for_staff(request.path):
            await require_staff(context)

    @blueprint.get("/staff")
    async def staff() -> ResponseReturnValue:
        return redirect("/staff/orders", 303)

    return blueprint


def is_for_staff(path: str) -> bool:
    """Say whether *path* leads to staff's pages, or would if its slashes were put right."""
    return path.lstrip("/").partition("/")[0] == STAFF


def asked_page() -> int:
    """Return which page of a list is asked for; the first if that is no number."""
    return read_page(request.args.get("page", "")) or 1


def back_to(page: str, wanted: str) -> str:
    """Return *wanted*, where a form was sent from, if that is below *page*; else *page*."""
    came_from = safe_redirect(wanted)
    return came_from if came_from.startswith(page) else page
