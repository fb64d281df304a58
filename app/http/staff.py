"""The door for staff: to everybody else nothing under it exists."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.http.desk import Desk
from app.http.login import need_staff

STAFF = "staff"


def staff_door(desk: Desk) -> Blueprint:
    """Return the way in, and the guard of all addresses under it, known and unknown."""
    door = Blueprint("staff", __name__)

    @door.before_app_request
    async def look() -> None:
        if is_for_staff(request.path):
            await need_staff(desk)

    @door.get("/staff")
    async def staff() -> ResponseReturnValue:
        return redirect("/staff/orders", 303)

    return door


def is_for_staff(path: str) -> bool:
    """Say whether *path* leads to staff's pages, or would if its slashes were put right."""
    return path.lstrip("/").partition("/")[0] == STAFF
