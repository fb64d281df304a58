"""Mails that are kept and not sent: for a newcomer to see what would arrive.

Only a shop on loopback shows them, for they have links that lead into accounts.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from quart import Blueprint
from quart.typing import ResponseReturnValue

from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.services.mail.folder import MailFolder

PAGE: Final = "/demo/mail"


class Part(NamedTuple):
    """Some text of a mail, or a link of it to a page of the shop."""

    text: str
    path: str


def demo_mails_blueprint(context: HttpContext) -> Blueprint:
    """Return the list of mails, and the page of each; in another shop they do not exist."""
    blueprint = Blueprint("demo_mails", __name__)

    @blueprint.get(PAGE)
    async def mails() -> ResponseReturnValue:
        newest = await asyncio.to_thread(_folder_of(context).newest)
        return await show(context, "demo_mails.html", mails=newest)

    @blueprint.get(f"{PAGE}/<name>")
    async def mail(name: str) -> ResponseReturnValue:
        found = await asyncio.to_thread(_folder_of(context).find, name)
        if found is None:
            raise not_found()
        parts = list(linked(found.text, context.origins[0]))
        return await show(context, "demo_mail.html", mail=found, parts=parts)

    return blueprint


def linked(text: str, origin: str) -> Iterator[Part]:
    """Yield the parts of *text*: what is a link to a page at *origin* has its path."""
    for piece in re.split(rf"({re.escape(origin)}/\S*)", text):
        if piece:
            is_link = piece.startswith(f"{origin}/")
            yield Part(piece, piece.removeprefix(origin) if is_link else "")


def _folder_of(context: HttpContext) -> MailFolder:
    """Return where the mails are. Raises Problem 404."""
    if context.kept_mails is None:
        raise not_found()
    return context.kept_mails
