"""The page of a link that came by mail and cannot be used: it was used already, or is too old."""

from collections.abc import Mapping
from typing import Final

from quart.typing import ResponseReturnValue

from app.domain.mail_tokens import Purpose, TokenExpired, TokenUsed
from app.http.core.context import HttpContext
from app.http.core.page import Way, show
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_

GONE: Final = 410

TOO_LATE: Final = N_("It is too old, or is not the whole link. A newer mail may have another one.")
USED: Final[Mapping[Purpose, str]] = {
    Purpose.CONFIRM: N_("Your address is confirmed, and you can order."),
    Purpose.RESET: N_("Your password was changed with it. Each link can be used once."),
    Purpose.GIVE_UP_EMAIL: N_("You have answered already. Your account shows your address."),
    Purpose.TAKE_EMAIL: N_("You have answered already. Your account shows your address."),
}


async def show_dead_link(
    context: HttpContext, purpose: Purpose, fault: TokenUsed | TokenExpired
) -> ResponseReturnValue:
    """Return a page that says what is wrong with a link, and what to do now."""
    is_used = isinstance(fault, TokenUsed)
    title = _("This link was used already") if is_used else _("This link is not valid any more")
    text = _(USED[purpose]) if is_used else _(TOO_LATE)
    page = await show(context, "dead_link.html", title=title, text=text, way=_way_on(purpose))
    return page, GONE


def _way_on(purpose: Purpose) -> Way:
    if purpose is Purpose.RESET:
        return Way(_("Send me another link"), "/forgotten")
    return Way(_("Your account"), "/account")
