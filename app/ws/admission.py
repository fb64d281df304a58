"""Lets a tab in after its hello: how it stands to the cart, and what it is sent first."""

import logging
from dataclasses import dataclass

from app.domain.position import DIVERGENCES, SnapshotReason, snapshot_reason
from app.domain.sessions import Session
from app.live.cart import LiveCart
from app.live.ports import Tab
from app.protocol.decode import Hello
from app.protocol.messages import ServerMessage, Welcome
from app.ws.context import ConnectionContext

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """The login and the name of a connection whose tab asks to be let in."""

    session: Session
    name: str
    context: ConnectionContext

    def admit(
        self, tab: Tab, cart: LiveCart, hello: Hello, now_s: float
    ) -> tuple[ServerMessage, ...]:
        """Enter *tab* in *cart*; return what it is sent, or nothing if it is refused.

        It is refused if a newer connection of it is open. The welcome has the verdicts that the tab
        missed, and comes before state: a tab that learns of a patch first would not know that the
        patch is its own op (protocol.md §4, `welcome`).
        """
        why = snapshot_reason(hello.at, cart.saved)
        state = cart.snapshot() if why else cart.prices()
        if not cart.tabs.enter(tab):
            return ()
        self.context.hub.context.stats.welcomes[why] += 1
        if why in DIVERGENCES:
            divergences = self.context.hub.divergences
            divergences.record(self.session.account, why, hello.at, now_s)
        self._log(hello, why)
        return self._welcome(cart, hello, why), state

    def _welcome(self, cart: LiveCart, hello: Hello, why: SnapshotReason | None) -> Welcome:
        last, verdicts = cart.standing(hello.outbox, hello.pend)
        return Welcome(
            self.session.account,
            self.context.node,
            self.name,
            why,
            last,
            verdicts,
            self.context.heartbeat_ms,
            self.context.sessions.left_ms(self.session),
            self.context.hub.context.limits,
        )

    def _log(self, hello: Hello, why: SnapshotReason | None) -> None:
        """Log which tab is behind which websocket, so that its ops can be traced to it."""
        if log.isEnabledFor(logging.DEBUG):
            account = self.session.account
            tab = {"account": account, "tab": hello.tab, "gen": hello.gen, "outbox": hello.outbox}
            log.debug(
                "tab let in", extra={"socket": self.name, **tab, "stands": hello.at, "why": why}
            )
