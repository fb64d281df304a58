"""The tabs that look at one cart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.live.ports import DisconnectReason, Tab
from app.protocol.messages import ServerMessage, Tabs

SILENT_ROUNDS = 2


@dataclass(slots=True)
class _Elsewhere:
    """So many tabs on another node, and for how many rounds it has said nothing."""

    tabs: int
    silent_rounds: int = 0


class Presence:
    """The tabs of one account on this node, the one that came first at the front.

    `publish_tabs` is told how many there are here; the other nodes' are counted with them.
    """

    def __init__(self, most: int, publish_tabs: Callable[[int], None]):
        self._most = most
        self._publish_tabs = publish_tabs
        self._tabs: list[Tab] = []
        self._here = 0
        self._elsewhere: dict[str, _Elsewhere] = {}
        self._sent_count = 0

    def __len__(self) -> int:
        """Return how many connections there are."""
        return len(self._tabs)

    def __iter__(self) -> Iterator[Tab]:
        """Go through those that are here now; they may leave meanwhile."""
        return iter(tuple(self._tabs))

    def enter(self, tab: Tab) -> bool:
        """Let *tab* in, in place of an older connection of it; false if there is a newer one.

        If there are too many, the one that came first goes (protocol.md §3 and §6).
        """
        for other in self:
            if other.id == tab.id:
                if other.gen >= tab.gen:
                    return False
                self._disconnect(other, DisconnectReason.REPLACED)
        if len(self._tabs) >= self._most:
            self._disconnect(self._tabs[0], DisconnectReason.CROWDED_OUT)
        self._tabs.append(tab)
        return True

    def leave(self, tab: Tab) -> None:
        """Let *tab* go, if it has not gone already, and tell the others."""
        if tab in self._tabs:
            self._tabs.remove(tab)
            self.publish_count(None)

    def publish_count(self, newcomer: Tab | None) -> None:
        """Tell how many tabs there are: to *newcomer*, and to all if that has changed."""
        here = len({tab.id for tab in self._tabs})
        if here != self._here:
            self._here = here
            self._publish_tabs(here)
        tabs = here + sum(others.tabs for others in self._elsewhere.values())
        if tabs != self._sent_count:
            self._sent_count = tabs
            self.tell(Tabs(tabs))
        elif newcomer is not None:
            newcomer.tell(Tabs(tabs))

    def on_remote_count(self, node: str, tabs: int) -> None:
        """Learn that so many tabs look on another node; one that is new is told how many here."""
        known = self._elsewhere.pop(node, None)
        if tabs:
            self._elsewhere[node] = _Elsewhere(tabs)
            if known is None:
                self._publish_tabs(self._here)
        self.publish_count(None)

    def renew(self) -> None:
        """Tell the nodes that look too that this one still does, and forget those that do not."""
        for node, others in [*self._elsewhere.items()]:
            others.silent_rounds += 1
            if others.silent_rounds > SILENT_ROUNDS:
                del self._elsewhere[node]
        if self._elsewhere:
            self._publish_tabs(self._here)
        self.publish_count(None)

    def tell(self, news: ServerMessage) -> None:
        """Tell every tab."""
        for tab in self:
            tab.tell(news)

    def disconnect(self, why: DisconnectReason) -> None:
        """Show every tab out."""
        for tab in self:
            self._disconnect(tab, why)
        self.publish_count(None)

    def _disconnect(self, tab: Tab, why: DisconnectReason) -> None:
        self._tabs.remove(tab)
        tab.disconnect(why)
