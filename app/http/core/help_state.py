"""What pages say of a help by staff."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from app.domain.accounts import AccountId
from app.domain.help import NOBODY_YET, Help, HelpEnd, helper_of
from app.i18n.translate import gettext as _

TOLD_FOR_S: Final = 120
"""So long after a help is over, a page that is opened says why."""


class HelpState(NamedTuple):
    """`none`, `waiting`, `on` or `over`; by whom, what ended it, and who sees the cart now."""

    state: str = "none"
    name: str = ""
    why: HelpEnd | None = None
    helper: AccountId = NOBODY_YET

    def suggested_by_helper(self, cart: Mapping[str, Any]) -> list[Any]:
        """Return the lines of a shown *cart* that the helper suggests: the card has these."""
        return [line for line in cart.get("suggested", ()) if self._is_helpers(line)]

    def suggested_by_others(self, cart: Mapping[str, Any]) -> list[Any]:
        """Return those that a household suggests."""
        return [line for line in cart.get("suggested", ()) if not self._is_helpers(line)]

    def _is_helpers(self, line: Mapping[str, Any]) -> bool:
        return bool(self.helper) and line.get("by") == self.helper


def help_state(help_: Help | None, now_s: float) -> HelpState:
    """Return what a page that is opened now says of *help_*."""
    if help_ is None or (help_.ended and help_.ended_at_s + TOLD_FOR_S < now_s):
        return HelpState()
    if help_.ended:
        return HelpState("over", help_.name, help_.ended)
    state = "on" if help_.helper else "waiting"
    return HelpState(state, help_.name, helper=helper_of(help_))


def help_text(help_: HelpState) -> str:
    """Return *help_* in words; the page's script says the same (help.js)."""
    match help_:
        case HelpState("waiting"):
            return _(
                "We have told the shop: somebody will be with you soon. You can go on shopping."
            )
        case HelpState("on", name):
            return _("%(name)s from the shop sees your cart.", name=name)
        case HelpState("over", why=HelpEnd.NOBODY_FREE):
            return _("Nobody is free now. Ask again a little later.")
        case HelpState("over", why=HelpEnd.SHOPPER_LEFT):
            return _("The help has ended, because this page was closed. Ask again if you like.")
        case HelpState("over"):
            return _("The help is over. Nobody else sees your cart.")
        case _:
            return ""
