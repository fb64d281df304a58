"""The tabs of one account: which may connect, which are disconnected, and their count."""

from app.live.ports import DisconnectReason
from app.live.presence import Presence
from app.protocol.messages import ServerMessage, Tabs
from tests.examples import ADA
from tests.live.fakes import FakeTab


def tabs(*names: str) -> list[FakeTab]:
    """Return a tab for each of these names."""
    return [FakeTab(name) for name in names]


def presence_of(*inside: FakeTab, most: int = 10, peers: list[int] | None = None) -> Presence:
    """Return the presence of the tabs *inside*; *peers* gets what is published."""
    published = [] if peers is None else peers
    presence = Presence(most, ADA, lambda tabs, _people: published.append(tabs))
    for tab in inside:
        assert presence.enter(tab)
        presence.publish_count(tab)
        tab.take_received()
    return presence


def test_a_newer_connection_of_a_tab_replaces_the_older_one() -> None:
    older, newer = FakeTab(gen=1), FakeTab(gen=2)
    presence = presence_of(older)

    assert presence.enter(newer)

    assert [*presence] == [newer]
    assert (older.disconnects, newer.disconnects) == ([DisconnectReason.REPLACED], [])


def test_a_connection_that_is_not_newer_is_rejected() -> None:
    inside = FakeTab(gen=2)
    presence = presence_of(inside)

    assert not presence.enter(FakeTab(gen=2))
    assert not presence.enter(FakeTab(gen=1))

    assert [*presence] == [inside]
    assert inside.disconnects == []


def test_a_reconnecting_tab_replaces_only_its_own_connection() -> None:
    first, other, again = FakeTab("first"), FakeTab("other"), FakeTab("first", gen=2)
    presence = presence_of(first, other)

    presence.enter(again)

    assert [*presence] == [other, again]
    assert other.disconnects == []


def test_the_oldest_of_too_many_tabs_is_disconnected() -> None:
    first, second, third = tabs("first", "second", "third")
    presence = presence_of(first, second, most=2)

    assert presence.enter(third)

    assert [*presence] == [second, third]
    assert (first.disconnects, second.disconnects) == ([DisconnectReason.CROWDED_OUT], [])


def test_a_reconnecting_tab_disconnects_no_other_tab() -> None:
    first, second = tabs("first", "second")
    presence = presence_of(first, second, most=2)

    presence.enter(FakeTab("second", gen=2))

    assert first.disconnects == []


def test_a_new_tab_and_the_others_get_the_tab_count() -> None:
    first, second = tabs("first", "second")
    presence = presence_of(first)

    presence.enter(second)
    presence.publish_count(second)

    assert first.received == second.received == [Tabs(2)]


def test_an_unchanged_tab_count_is_sent_to_the_new_tab_only() -> None:
    first, other, again = FakeTab("first"), FakeTab("other"), FakeTab("first", gen=2)
    presence = presence_of(first, other)
    other.take_received()

    presence.enter(again)
    presence.publish_count(again)

    assert (other.received, again.received) == ([], [Tabs(2)])


def test_a_tab_that_leaves_twice_is_counted_once() -> None:
    first, second = tabs("first", "second")
    presence = presence_of(first, second)
    first.take_received()

    presence.leave(second)
    presence.leave(second)

    assert [*presence] == [first]
    assert (first.received, second.received) == ([Tabs(1)], [])


def test_a_replaced_connection_does_not_remove_its_successor() -> None:
    older, newer = FakeTab(gen=1), FakeTab(gen=2)
    presence = presence_of(older)
    presence.enter(newer)

    presence.leave(older)

    assert [*presence] == [newer]


def test_a_broadcast_and_a_disconnect_reach_every_tab() -> None:
    first, second = tabs("first", "second")
    presence = presence_of(first, second)
    first.take_received()

    presence.tell(Tabs(7))
    presence.disconnect(DisconnectReason.LOST)

    assert first.received == second.received == [Tabs(7)]
    assert first.disconnects == second.disconnects == [DisconnectReason.LOST]
    assert len(presence) == 0


def test_a_tab_may_leave_during_a_broadcast() -> None:
    class Leaver(FakeTab):
        def tell(self, message: ServerMessage) -> None:
            super().tell(message)
            presence.leave(self)

    leaver, stayer = Leaver("leaver"), FakeTab("stayer")
    peers: list[int] = []
    presence = Presence(10, ADA, lambda tabs, _people: peers.append(tabs))
    presence.enter(leaver)
    presence.enter(stayer)

    presence.tell(Tabs(2))

    assert [*presence] == [stayer]
    assert Tabs(2) in stayer.received
