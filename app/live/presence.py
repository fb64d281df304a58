"""The connected tabs of one account, on this node and on others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.live.ports import DisconnectReason, Tab
from app.protocol.messages import ServerMessage, Tabs

SILENT_ROUNDS = 2


@dataclass(slots=True)
class _Elsewhere:
    """The tabs on another node, and how many rounds ago it last published them."""

    tabs: int
    silent_rounds: int = 0


class Presence:
    """The tabs of one account: those on this node, oldest first, and counts of other nodes.

    `publish_tabs` is called with the number of tabs here whenever it changes.
    """

    def __init__(self, most: int, publish_tabs: Callable[[int], None]):
        self._most = most
        self._publish_tabs = publish_tabs
        self._tabs: list[Tab] = []
        self._here = 0
        self._elsewhere: dict[str, _Elsewhere] = {}
        self._sent_count = 0

    def __len__(self) -> int:
        """Return how many connections there are on this node."""
        return len(self._tabs)

    def __iter__(self) -> Iterator[Tab]:
        """Iterate over a copy: tabs may leave meanwhile."""
        return iter(tuple(self._tabs))

    def enter(self, tab: Tab) -> bool:
        """Add *tab*, and disconnect an older connection of it; False if there is a newer one.

        If there are too many connections, the oldest is disconnected (protocol.md §3 and §6).
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
        """Remove *tab*, if it is still there, and send the others the new count."""
        if tab in self._tabs:
            self._tabs.remove(tab)
            self.publish_count(None)

    def publish_count(self, newcomer: Tab | None) -> None:
        """Send the count of tabs to *newcomer*, and to all if it has changed."""
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
        """Take the count of another node; if that node is new, publish ours for it."""
        known = self._elsewhere.pop(node, None)
        if tabs:
            self._elsewhere[node] = _Elsewhere(tabs)
            if known is None:
                self._publish_tabs(self._here)
        self.publish_count(None)

    def renew(self) -> None:
        """Publish our count again, and forget nodes that have been silent for some rounds."""
        for node, others in [*self._elsewhere.items()]:
            others.silent_rounds += 1
            if others.silent_rounds > SILENT_ROUNDS:
                del self._elsewhere[node]
        if self._elsewhere:
            self._publish_tabs(self._here)
        self.publish_count(None)

    def tell(self, message: ServerMessage) -> None:
        """Send *message* to every tab here."""
        for tab in self:
            tab.tell(message)

    def disconnect(self, why: DisconnectReason) -> None:
        """Disconnect every tab here."""
        for tab in self:
            self._disconnect(tab, why)
        self.publish_count(None)

    def _disconnect(self, tab: Tab, why: DisconnectReason) -> None:
        self._tabs.remove(tab)
        tab.disconnect(why)
