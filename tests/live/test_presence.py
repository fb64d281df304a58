"""The tabs of one account: who may be in, who has to go, and how many there are."""

from app.live.ports import DisconnectReason
from app.live.presence import Presence
from app.protocol.messages import ServerMessage, Tabs
from tests.live.fakes import FakeTab


def tabs(*names: str) -> list[FakeTab]:
    """Return a tab for each of these names."""
    return [FakeTab(name) for name in names]


def audience_of(*inside: FakeTab, most: int = 10, peers: list[int] | None = None) -> Presence:
    """Return an audience that these have entered; *peers* gets what other nodes are told."""
    audience = Presence(most, ([] if peers is None else peers).append)
    for tab in inside:
        assert audience.enter(tab)
        audience.publish_count(tab)
        tab.take_received()
    return audience


def test_a_newer_connection_of_a_tab_takes_the_place_of_the_older() -> None:
    older, newer = FakeTab(gen=1), FakeTab(gen=2)
    audience = audience_of(older)

    assert audience.enter(newer)

    assert [*audience] == [newer]
    assert (older.disconnects, newer.disconnects) == ([DisconnectReason.REPLACED], [])


def test_a_connection_that_is_not_newer_is_not_let_in() -> None:
    inside = FakeTab(gen=2)
    audience = audience_of(inside)

    assert not audience.enter(FakeTab(gen=2))
    assert not audience.enter(FakeTab(gen=1))

    assert [*audience] == [inside]
    assert inside.disconnects == []


def test_a_tab_that_comes_back_among_others_takes_only_its_own_place() -> None:
    first, other, again = FakeTab("first"), FakeTab("other"), FakeTab("first", gen=2)
    audience = audience_of(first, other)

    audience.enter(again)

    assert [*audience] == [other, again]
    assert other.disconnects == []


def test_if_there_are_too_many_the_one_that_came_first_goes() -> None:
    first, second, third = tabs("first", "second", "third")
    audience = audience_of(first, second, most=2)

    assert audience.enter(third)

    assert [*audience] == [second, third]
    assert (first.disconnects, second.disconnects) == ([DisconnectReason.CROWDED_OUT], [])


def test_a_tab_that_comes_back_crowds_nobody_out() -> None:
    first, second = tabs("first", "second")
    audience = audience_of(first, second, most=2)

    audience.enter(FakeTab("second", gen=2))

    assert first.disconnects == []


def test_a_newcomer_is_told_how_many_they_are_and_so_are_the_others() -> None:
    first, second = tabs("first", "second")
    audience = audience_of(first)

    audience.enter(second)
    audience.publish_count(second)

    assert first.received == second.received == [Tabs(2)]


def test_where_the_number_stays_the_same_only_the_newcomer_is_told() -> None:
    first, other, again = FakeTab("first"), FakeTab("other"), FakeTab("first", gen=2)
    audience = audience_of(first, other)
    other.take_received()

    audience.enter(again)
    audience.publish_count(again)

    assert (other.received, again.received) == ([], [Tabs(2)])


def test_whoever_leaves_is_missed_once() -> None:
    first, second = tabs("first", "second")
    audience = audience_of(first, second)
    first.take_received()

    audience.leave(second)
    audience.leave(second)

    assert [*audience] == [first]
    assert (first.received, second.received) == ([Tabs(1)], [])


def test_whoever_was_replaced_does_not_take_its_successor_along() -> None:
    older, newer = FakeTab(gen=1), FakeTab(gen=2)
    audience = audience_of(older)
    audience.enter(newer)

    audience.leave(older)

    assert [*audience] == [newer]


def test_everybody_hears_and_everybody_can_be_shown_out() -> None:
    first, second = tabs("first", "second")
    audience = audience_of(first, second)
    first.take_received()

    audience.tell(Tabs(7))
    audience.disconnect(DisconnectReason.LOST)

    assert first.received == second.received == [Tabs(7)]
    assert first.disconnects == second.disconnects == [DisconnectReason.LOST]
    assert len(audience) == 0


def test_a_tab_may_leave_while_the_others_are_told() -> None:
    class Leaver(FakeTab):
        def tell(self, news: ServerMessage) -> None:
            super().tell(news)
            audience.leave(self)

    leaver, stayer = Leaver("leaver"), FakeTab("stayer")
    peers: list[int] = []
    audience = Presence(10, peers.append)
    audience.enter(leaver)
    audience.enter(stayer)

    audience.tell(Tabs(2))

    assert [*audience] == [stayer]
    assert Tabs(2) in stayer.received
