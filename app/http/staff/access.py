"""Access to staff's pages: to everybody else, every path below /staff answers 404."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.http.catalog.search import read_page
from app.http.core.context import HttpContext
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import require_staff

STAFF = "staff"


def staff_blueprint(context: HttpContext) -> Blueprint:
    """Return the route of /staff, and the guard of every path below it, with a page or without."""
    blueprint = Blueprint("staff", __name__)

    @blueprint.before_app_request
    async def guard() -> None:
        if is_for_staff(request.path):
            await require_staff(context)

    @blueprint.get("/staff")
    async def staff() -> ResponseReturnValue:
        return redirect("/staff/orders", 303)

    return blueprint


def is_for_staff(path: str) -> bool:
    """Say whether *path* is one of staff's; a path with doubled slashes too."""
    return path.lstrip("/").partition("/")[0] == STAFF


def requested_page() -> int:
    """Return the page of a list that the query asks for; the first if that is no number."""
    return read_page(request.args.get("page", "")) or 1


def back_to(page: str, target: str) -> str:
    """Return *target*, the page that a form was sent from, if it is below *page*; else *page*."""
    path = safe_redirect(target)
    return path if path.startswith(page) else page
