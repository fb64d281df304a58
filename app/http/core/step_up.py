"""Asks those who are signed in to show once more who they are, and for staff with two factors."""

from typing import Final
from urllib.parse import urlencode

from quart import redirect, request
from quart.typing import ResponseTypes

from app.http.core.context import HttpContext
from app.http.core.problems import Problem
from app.i18n.translate import gettext as _

CONFIRM: Final = "/account/confirm"
API: Final = "/api/"


def to_confirmation(back: str) -> ResponseTypes:
    """Redirect to the page that confirms the login, which leads on to *back*."""
    return redirect(f"/account/confirm?{urlencode({'next': back})}", 303)


def ask_for_mfa() -> ResponseTypes:
    """Redirect a page of staff's to the page that confirms the login.

    Raises Problem 403 for what is no page: a form, or what a script asks for.
    """
    if request.method != "GET" or request.path.endswith(".json") or request.path.startswith(API):
        raise Problem(403, "mfa_required", _("Pages for staff open with a passkey only."))
    query = request.query_string.decode("latin-1")
    return to_confirmation(f"{request.path}?{query}" if query else request.path)


def takes_passkeys(context: HttpContext) -> bool:
    """Say whether browsers can use passkeys of the shop on the page that is asked for."""
    party = context.passkeys.own.challenges.relying_party
    scheme = "https" if context.is_https else "http"
    return party is not None and f"{scheme}://{request.host}" in party.origins
