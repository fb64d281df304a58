"""The connected tabs of one cart, on this node and on others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.devices import Device
from app.domain.help import Help, helper_of
from app.domain.members import NOBODY, Household, People
from app.domain.sharing import may_see
from app.live.ports import DisconnectReason, Tab
from app.protocol.messages import HouseholdMessage, ServerMessage, Tabs
from app.protocol.people import help_message, household_message, merged

SILENT_ROUNDS = 2


@dataclass(slots=True)
class _Elsewhere:
    """The tabs on another node, whose they are, and how many rounds ago it last published them."""

    tabs: int
    people: People = field(default_factory=dict)
    silent_rounds: int = 0


class Presence:
    """The tabs of one cart: those on this node, oldest first, and counts of other nodes.

    `publish_tabs` is called with the number of tabs here whenever it changes, and in a household
    with whose they are. Then each tab is told of the others too, and counts those of its account.
    """

    def __init__(self, most: int, owner: AccountId, publish_tabs: Callable[[int, People], None]):
        self.household: Household | None = None
        self.help: Help | None = None
        self._most = most
        self._owner = owner
        self._publish_tabs = publish_tabs
        self._tabs: list[Tab] = []
        self._here = 0
        self._people_here: People = NOBODY
        self._elsewhere: dict[str, _Elsewhere] = {}
        self._sent_count = 0
        self._sent_people: HouseholdMessage | None = None

    def __len__(self) -> int:
        """Return how many connections there are on this node."""
        return len(self._tabs)

    def __iter__(self) -> Iterator[Tab]:
        """Iterate over a copy: tabs may leave meanwhile."""
        return iter(tuple(self._tabs))

    @property
    def shoppers(self) -> list[Tab]:
        """The tabs here of those who shop, without who of staff helps."""
        if self.help is None or not (helper := helper_of(self.help)):
            return self._tabs
        return [tab for tab in self._tabs if tab.by != helper]

    @property
    def has_own(self) -> bool:
        """Say whether a tab here is that of the cart's owner."""
        return any(not tab.by for tab in self._tabs)

    @property
    def has_helper(self) -> bool:
        """Say whether a tab here is that of who of staff helps."""
        return len(self.shoppers) < len(self._tabs)

    def enter(self, tab: Tab) -> bool:
        """Add *tab*, and disconnect an older connection of it; False if there is a newer one.

        If there are too many connections of an account, its oldest is disconnected (protocol.md §3
        and §6).
        """
        for other in self:
            if other.id == tab.id and other.by == tab.by:
                if other.gen >= tab.gen:
                    return False
                self._disconnect(other, DisconnectReason.REPLACED)
        if len(self._tabs) >= self._most:
            own = [other for other in self._tabs if other.by == tab.by]
            if len(own) >= self._most:
                self._disconnect(own[0], DisconnectReason.CROWDED_OUT)
        self._tabs.append(tab)
        return True

    def leave(self, tab: Tab) -> None:
        """Remove *tab*, if it is still there, and send the others the new count."""
        if tab in self._tabs:
            self._tabs.remove(tab)
            self.publish_count(None)

    def publish_count(self, newcomer: Tab | None) -> None:
        """Send the count of tabs to *newcomer*, and to all if it has changed.

        Who of staff helps is no tab of the shopper's; a newcomer is told of the newest help:
        the end may be what a tab has missed.
        """
        if newcomer and self.help:
            newcomer.tell(help_message(self.help))
        if self.household or self._sent_people:
            self._publish_people(newcomer)
            return
        # One at least, as long as there is a tab at all: it is told of what other nodes save.
        here = len({tab.id for tab in self.shoppers}) or int(bool(self._tabs))
        if here != self._here:
            self._here = here
            self._publish_tabs(here, NOBODY)
        tabs = here + sum(others.tabs for others in self._elsewhere.values())
        if tabs != self._sent_count:
            self._sent_count = tabs
            self.tell(Tabs(tabs))
        elif newcomer is not None:
            newcomer.tell(Tabs(tabs))

    def on_remote_count(self, node: str, tabs: int, people: People) -> None:
        """Take the count of another node; if that node is new, publish ours for it."""
        known = self._elsewhere.pop(node, None)
        if tabs:
            self._elsewhere[node] = _Elsewhere(tabs, people)
            if known is None:
                self._publish_tabs(self._here, self._people_here)
        self.publish_count(None)

    def renew(self) -> None:
        """Publish our count again, and forget nodes that have been silent for some rounds."""
        for node, others in [*self._elsewhere.items()]:
            others.silent_rounds += 1
            if others.silent_rounds > SILENT_ROUNDS:
                del self._elsewhere[node]
        if self._elsewhere:
            self._publish_tabs(self._here, self._people_here)
        self.publish_count(None)

    def take_sharing(self, cart: Cart) -> None:
        """Disconnect the tabs of those who may not see *cart* any longer, and tell the others."""
        before, self.help, self.household = self.help, cart.help, cart.household
        for tab in self:
            if not may_see(cart, tab.by):
                self._disconnect(tab, DisconnectReason.REMOVED)
        if cart.help and (before is None or help_message(before) != help_message(cart.help)):
            self.tell(help_message(cart.help))
        self.publish_count(None)

    def tell(self, message: ServerMessage) -> None:
        """Send *message* to every tab here."""
        for tab in tuple(self._tabs):
            tab.tell(message)

    def disconnect(self, why: DisconnectReason) -> None:
        """Disconnect every tab here."""
        for tab in self:
            self._disconnect(tab, why)
        self.publish_count(None)

    def hand_over(self) -> None:
        """Have every tab here leave once its ops are answered."""
        for tab in self:
            tab.hand_over()

    def _publish_people(self, newcomer: Tab | None) -> None:
        """Send who is looking to all if that has changed, and else to *newcomer*."""
        here = _people_of(self.shoppers)
        if here != self._people_here:
            self._here, self._people_here = sum(map(len, here.values())), here
            self._publish_tabs(self._here, here)
        everybody = merged(here, *(others.people for others in self._elsewhere.values()))
        message = household_message(self._owner, self.household, everybody)
        if message != self._sent_people:
            self._sent_people = message if self.household else None
            told = tuple(self._tabs)
        else:
            told = (newcomer,) if newcomer else ()
        for tab in told:
            tab.tell(Tabs(len(everybody.get(tab.by, ()))))
            if tab.by != helper_of(self.help) or not tab.by:
                tab.tell(message)

    def _disconnect(self, tab: Tab, why: DisconnectReason) -> None:
        self._tabs.remove(tab)
        tab.disconnect(why)


def _people_of(tabs: Iterable[Tab]) -> People:
    """Return whose *tabs* are: those of one page load count once."""
    distinct = {(tab.by, tab.id): tab.device for tab in tabs}
    people: dict[AccountId, tuple[Device, ...]] = {}
    for (by, _), device in distinct.items():
        people[by] = (*people.get(by, ()), device)
    return people
