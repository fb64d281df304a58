"""Lets a tab in after its hello: how it stands to the cart, and what it is sent first."""

import logging
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import UNSET

from app.domain.accounts import AccountId
from app.domain.devices import Device
from app.domain.help import helper_of
from app.domain.languages import Language
from app.domain.members import OWNER
from app.domain.position import DIVERGENCES, SnapshotReason, snapshot_reason
from app.domain.sessions import Session
from app.domain.sharing import may_see
from app.domain.waitlist import open_offers
from app.live.cart import LiveCart
from app.live.ports import Tab
from app.protocol.decode import Hello
from app.protocol.localize import verdict_message
from app.protocol.messages import ServerMessage, Welcome
from app.ws.close_codes import CloseCode
from app.ws.context import ConnectionContext

log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Whose cart a tab shows, empty for the own one, and on which device."""

    member_of: AccountId = OWNER
    device: Device = Device.COMPUTER


class NotAdmitted(NamedTuple):
    """Why a tab is not let in: the code and the reason of the close."""

    code: CloseCode
    reason: str


@dataclass(frozen=True, slots=True)
class Admission:
    """The login, name and language of a connection whose tab asks to be let in."""

    session: Session
    name: str
    language: Language
    context: ConnectionContext

    def admit(
        self, tab: Tab, cart: LiveCart, hello: Hello, now_s: float
    ) -> tuple[ServerMessage, ...] | NotAdmitted:
        """Enter *tab* in *cart*; return what it is sent, or why it is refused.

        It is refused if it is of nobody who may see the cart, or a newer connection of it is open.
        The welcome has the verdicts that the tab missed, and comes before state: a tab that learns
        of a patch first would not know that it is its own op (protocol.md §4, `welcome`).
        """
        if not self._may_see(tab, cart):
            return NotAdmitted(CloseCode.NOT_A_MEMBER, "")
        why = snapshot_reason(hello.at, cart.saved)
        state = cart.snapshot(tab.by) if why else cart.prices(tab.by)
        if not cart.tabs.enter(tab):
            return NotAdmitted(CloseCode.REPLACED, "a newer connection of this tab is open")
        if tab.by:
            self.context.hub.begin_visit(tab)
        self.context.hub.context.stats.welcomes[why] += 1
        if why in DIVERGENCES:
            divergences = self.context.hub.divergences
            divergences.record(self.session.account, why, hello.at, now_s)
        self._log(hello, why)
        shop = self.context.hub.context
        offers = open_offers(self.session.account, shop.catalog.today, shop.now_s())
        return self._welcome(tab, cart, hello, why), state, *offers

    def _may_see(self, tab: Tab, cart: LiveCart) -> bool:
        """Say whether *tab* is of one who may; a helper is with a login of staff only."""
        is_helpers = bool(tab.by) and tab.by == helper_of(cart.saved.help)
        return may_see(cart.saved, tab.by) and (self.session.staff or not is_helpers)

    def _welcome(
        self, tab: Tab, cart: LiveCart, hello: Hello, why: SnapshotReason | None
    ) -> Welcome:
        last, verdicts = cart.standing(tab.outbox, hello.pend)
        return Welcome(
            self.session.account,
            self.context.node,
            self.name,
            "snapshot" if why else "same",
            last,
            tuple(verdict_message(verdict, self.language) for verdict in verdicts),
            self.context.heartbeat_ms,
            self.context.sessions.left_ms(self.session),
            self.context.hub.context.limits,
            why or UNSET,
            self.context.hub.context.catalog.today.terms.currency.decimals,
            cart=cart.saved.account if tab.by else UNSET,
        )

    def _log(self, hello: Hello, why: SnapshotReason | None) -> None:
        """Log which tab is behind which websocket, so that its ops can be traced to it."""
        if log.isEnabledFor(logging.DEBUG):
            account = self.session.account
            tab = {"account": account, "tab": hello.tab, "gen": hello.gen, "outbox": hello.outbox}
            log.debug(
                "tab let in", extra={"socket": self.name, **tab, "stands": hello.at, "why": why}
            )
