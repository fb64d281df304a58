"""Logins with open sockets are warned before their end, and disconnected at it."""

import asyncio
from dataclasses import replace

import pytest

from app.domain.sessions import IDLE_S as IDLE_S_BY_DEFAULT
from app.domain.sessions import Lifetime, Session, SessionHash
from app.live.ports import DisconnectReason
from app.live.sessions import SAVE_USE_EVERY_S, WARN_BEFORE_S, LiveSessions, Use
from app.protocol.messages import Auth
from tests.examples import ADA, NOON
from tests.live.fakes import FakeClock, FakePeers, FakeTab

IDLE_S, ABSOLUTE_S = 3600, 7200


def a_login(
    name: str = "login", used_at_s: int = NOON, ends_at_s: int = NOON + ABSOLUTE_S
) -> Session:
    """Return a login of Ada's."""
    return Session(
        SessionHash(name), ADA, "Ada", staff=False, used_at_s=used_at_s, ends_at_s=ends_at_s
    )


class Signed:
    """One socket with one login, and the clock."""

    def __init__(self, login: Session | None = None, idle_s: int = IDLE_S) -> None:
        self.clock, self.peers = FakeClock(), FakePeers()
        self.sessions = LiveSessions(Lifetime(ABSOLUTE_S, idle_s), self.clock.now_s, self.peers)
        self.login = login or a_login()
        self.socket = FakeTab()
        self.sessions.join(self.login, self.socket)

    def at(self, seconds: float) -> None:
        """Set the clock to so many seconds after noon, and sweep the sessions."""
        self.clock.passed_s = seconds
        self.sessions.sweep()


def test_a_login_ends_after_its_idle_time() -> None:
    signed = Signed()

    signed.clock.passes(600.5)

    assert signed.sessions.left_ms(signed.login) == (IDLE_S - 600) * 1000 - 500


def test_a_login_ends_after_its_maximum_lifetime() -> None:
    signed = Signed(a_login(ends_at_s=NOON + 60))

    assert signed.sessions.left_ms(signed.login) == 60_000


def test_a_login_that_ended_has_no_time_left() -> None:
    signed = Signed()

    signed.clock.passes(IDLE_S + 1)

    assert signed.sessions.left_ms(signed.login) == 0


def test_a_login_without_a_socket_reports_its_stored_lifetime() -> None:
    assert (
        Signed().sessions.left_ms(a_login("other", used_at_s=NOON - 600)) == (IDLE_S - 600) * 1000
    )


def test_two_minutes_before_its_end_a_login_warns_once() -> None:
    signed = Signed()

    signed.at(IDLE_S - WARN_BEFORE_S - 1)
    assert signed.socket.received == []
    signed.at(IDLE_S - WARN_BEFORE_S)
    signed.at(IDLE_S - WARN_BEFORE_S + 1)

    assert signed.socket.received == [Auth(WARN_BEFORE_S * 1000)]


def test_every_socket_of_a_login_is_warned_and_finally_disconnected() -> None:
    signed, other = Signed(), FakeTab("other")
    signed.sessions.join(signed.login, other)

    signed.at(IDLE_S - 30)
    signed.at(IDLE_S)

    assert signed.socket.received == other.received == [Auth(30_000)]
    assert signed.socket.disconnects == other.disconnects == [DisconnectReason.EXPIRED]


def test_a_socket_opened_in_the_last_two_minutes_is_warned_too() -> None:
    signed = Signed(a_login(ends_at_s=NOON + 60))

    signed.at(1)

    assert signed.socket.received == [Auth(59_000)]


def test_a_login_is_extended_by_use() -> None:
    signed = Signed()
    signed.clock.passes(IDLE_S - 600)

    signed.sessions.use(signed.login)
    signed.at(IDLE_S)

    assert (signed.socket.received, signed.socket.disconnects) == ([], [])
    assert signed.sessions.left_ms(signed.login) == (IDLE_S - 600) * 1000


def test_a_login_used_after_its_warning_sends_its_extension_and_warns_again() -> None:
    signed = Signed()
    signed.at(IDLE_S - 60)
    signed.socket.take_received()

    signed.sessions.use(signed.login)
    assert signed.socket.take_received() == [Auth(IDLE_S * 1000)]

    signed.at(2 * IDLE_S - 60 - WARN_BEFORE_S)
    assert signed.socket.take_received() == [Auth(WARN_BEFORE_S * 1000)]


def test_a_short_idle_time_does_not_delay_the_second_warning() -> None:
    clock, socket, login = FakeClock(), FakeTab(), a_login()
    sessions = LiveSessions(Lifetime(ABSOLUTE_S, 130), clock.now_s, FakePeers())
    sessions.join(login, socket)
    clock.passes(10)
    sessions.sweep()
    sessions.use(login)
    socket.take_received()

    clock.passes(10)
    sessions.sweep()

    assert socket.take_received() == [Auth(WARN_BEFORE_S * 1000)]


def test_no_use_extends_a_login_beyond_its_maximum_lifetime() -> None:
    signed = Signed(a_login(ends_at_s=NOON + 600))
    signed.at(600 - WARN_BEFORE_S)
    signed.socket.take_received()

    signed.clock.passes(1)
    signed.sessions.use(signed.login)
    assert signed.socket.received == []

    signed.at(600)
    assert signed.socket.disconnects == [DisconnectReason.EXPIRED]


def test_ending_a_login_disconnects_its_own_sockets_only() -> None:
    signed, other = Signed(), FakeTab("other")
    signed.sessions.join(a_login("other"), other)

    signed.sessions.on_remote_end(signed.login.id_hash)
    signed.sessions.on_remote_end(SessionHash("nobody's"))

    assert (signed.socket.disconnects, other.disconnects) == ([DisconnectReason.SIGNED_OUT], [])


def test_a_closed_socket_is_neither_warned_nor_disconnected() -> None:
    signed, other = Signed(), FakeTab("other")
    signed.sessions.join(signed.login, other)

    signed.sessions.leave(signed.login, signed.socket)
    signed.sessions.leave(signed.login, signed.socket)
    signed.at(IDLE_S - 60)
    signed.sessions.on_remote_end(signed.login.id_hash)

    assert (signed.socket.received, signed.socket.disconnects) == ([], [])
    assert other.disconnects == [DisconnectReason.SIGNED_OUT]


def test_a_login_without_sockets_is_forgotten() -> None:
    signed = Signed()
    signed.clock.passes(600)
    signed.sessions.use(signed.login)

    signed.sessions.leave(signed.login, signed.socket)

    assert signed.sessions.left_ms(signed.login) == (IDLE_S - 600) * 1000


def test_sockets_may_leave_while_they_are_disconnected() -> None:
    signed = Signed()

    class Leaver(FakeTab):
        def disconnect(self, why: DisconnectReason) -> None:
            super().disconnect(why)
            signed.sessions.leave(signed.login, self)

    leavers = [Leaver("one"), Leaver("two")]
    for leaver in leavers:
        signed.sessions.join(signed.login, leaver)

    signed.sessions.on_remote_end(signed.login.id_hash)

    assert [leaver.disconnects for leaver in leavers] == [[DisconnectReason.SIGNED_OUT]] * 2


@pytest.mark.parametrize(
    ("idle_s", "every_s"), [(IDLE_S_BY_DEFAULT, SAVE_USE_EVERY_S), (IDLE_S, IDLE_S // 100)]
)
def test_last_uses_are_saved_at_intervals(idle_s: int, every_s: int) -> None:
    signed, uses = Signed(idle_s=idle_s), []
    for second in range(0, 3 * every_s, 4):
        signed.clock.passed_s = second
        signed.sessions.use(signed.login)
        uses += signed.sessions.take_uses()

    login = signed.login.id_hash
    assert uses == [Use(login, NOON + every_s), Use(login, NOON + 2 * every_s)]


def test_a_use_long_after_the_last_saved_one_is_saved_at_once() -> None:
    signed = Signed(a_login(used_at_s=NOON - SAVE_USE_EVERY_S))

    signed.sessions.use(signed.login)

    assert signed.sessions.take_uses() == [Use(signed.login.id_hash, NOON)]
    assert signed.sessions.take_uses() == []


def test_an_unsaved_use_outlives_the_socket() -> None:
    signed = Signed(a_login(used_at_s=NOON - SAVE_USE_EVERY_S))

    signed.sessions.use(signed.login)
    signed.sessions.leave(signed.login, signed.socket)

    assert signed.sessions.take_uses() == [Use(signed.login.id_hash, NOON)]


def test_a_use_of_a_login_without_a_socket_is_not_tracked() -> None:
    signed = Signed()

    signed.sessions.use(a_login("other", used_at_s=NOON - SAVE_USE_EVERY_S))

    assert signed.sessions.take_uses() == []


async def test_the_end_and_the_renewal_of_a_login_are_published_to_other_nodes() -> None:
    signed = Signed()
    again = replace(signed.login, id_hash=SessionHash("again"))

    signed.sessions.renew(signed.login.id_hash, again)
    await signed.sessions.end(again.id_hash)
    await signed.sessions.end(SessionHash("on another node"))

    assert signed.peers.renewed == [(signed.login.id_hash, again)]
    assert [name for name, _ in signed.peers.ended] == [again.id_hash, "on another node"]


async def test_whoever_ends_logins_waits_once_for_all_nodes_to_disconnect_them() -> None:
    signed = Signed()
    signed.peers.has_applied.clear()
    others = [SessionHash("one"), SessionHash("other")]

    ending = asyncio.create_task(signed.sessions.end_all([signed.login.id_hash, *others]))
    await asyncio.sleep(0)
    assert signed.socket.disconnects == [DisconnectReason.SIGNED_OUT]
    assert [name for name, _ in signed.peers.ended] == [signed.login.id_hash, *others]
    await asyncio.sleep(0)
    assert not ending.done()

    signed.peers.has_applied.set()
    await ending
    assert signed.peers.waited_for == [None]


def test_an_event_about_a_login_is_not_published_again() -> None:
    signed = Signed()

    signed.sessions.on_remote_end(signed.login.id_hash)

    assert signed.socket.disconnects == [DisconnectReason.SIGNED_OUT]
    assert signed.peers.ended == []


def test_a_login_missing_on_disk_has_ended() -> None:
    signed = Signed()
    name = signed.login.id_hash
    assert signed.sessions.names() == (name,)

    signed.sessions.update_uses([name], {name: signed.login.used_at_s})
    assert signed.socket.disconnects == []
    signed.sessions.update_uses([name, SessionHash("unknown")], {})

    assert signed.socket.disconnects == [DisconnectReason.SIGNED_OUT]
    assert signed.sessions.names() == ()


def test_a_login_that_is_used_on_another_node_does_not_end_here() -> None:
    signed = Signed()
    name = signed.login.id_hash
    signed.clock.passes(IDLE_S - 10)
    used_at_s = int(signed.clock.now_s())

    signed.sessions.update_uses([name], {name: used_at_s})
    signed.clock.passes(20)
    signed.sessions.sweep()

    assert signed.socket.disconnects == []
