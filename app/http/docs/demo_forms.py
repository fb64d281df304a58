"""The forms that only a demo has: become a guest, and restart the server."""

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.http.core.context import Demo, HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.problems import not_found
from app.http.core.session import (
    find_login,
    note_request,
    remember_login,
    requesting_client,
    require_login,
)
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.services.security_log import SecurityEvent, SecurityOutcome

GUEST, RESTART = "/how-it-works/guest", "/how-it-works/restart"
AFTER_GUEST, AFTER_RESTART = "/how-it-works#guest", "/how-it-works#d-kill"


def demo_forms_blueprint(context: HttpContext) -> Blueprint:
    """Return the forms; in a shop that is no demo they do not exist."""
    blueprint = Blueprint("demo_forms", __name__)

    @blueprint.post(GUEST)
    async def begin_guest() -> ResponseReturnValue:
        guests = demo_of(context).guests
        if await find_login(context) is None:
            client = requesting_client()._replace(language=current_language())
            remember_login(await guests.begin(client, _("Guest")))
        return redirect(AFTER_GUEST, 303)

    @blueprint.post(RESTART)
    async def restart() -> ResponseReturnValue:
        demo, login = demo_of(context), await require_login(context)
        if demo.restart.restart(read_form().get("token", "")):
            note_request(context, SecurityEvent.SELF_RESTART, SecurityOutcome.DONE, login)
            flash(Notice("ok", _("The server was killed. Another one has made this page.")))
        return redirect(AFTER_RESTART, 303)

    return blueprint


def demo_of(context: HttpContext) -> Demo:
    """Return what a demo offers. Raises Problem 404."""
    if context.demo is None:
        raise not_found()
    return context.demo
