"""Opening the doors."""

from quart import Quart

from app.http.desk import Desk


def open_doors(app: Quart, desk: Desk) -> None:
    """Let *app* serve pages, forms and JSON; its key and login cookie are set up already."""
