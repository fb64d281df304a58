"""A renewed login has a new hash, and keeps its sockets."""

from app.live.ports import DisconnectReason
from app.live.sessions import SAVE_USE_EVERY_S, Use
from tests.examples import NOON
from tests.live.fakes import FakeTab
from tests.live.test_sessions import IDLE_S, Signed, a_login


def renewed() -> Signed:
    """Return a socket whose login was renewed ten minutes after noon."""
    signed = Signed()
    signed.at(600)
    signed.sessions.renew(signed.login.id_hash, a_login("fresh", used_at_s=NOON + 600))
    return signed


def test_sockets_last_as_long_as_the_renewed_login() -> None:
    signed = renewed()

    signed.at(600 + IDLE_S - 1)
    assert signed.socket.disconnects == []
    assert signed.sessions.left_ms(signed.login) == 1000
    signed.at(600 + IDLE_S)
    assert signed.socket.disconnects == [DisconnectReason.EXPIRED]


def test_ending_the_renewed_login_disconnects_old_and_new_sockets() -> None:
    signed, new = renewed(), FakeTab()
    signed.sessions.join(a_login("fresh"), new)

    signed.sessions.on_remote_end(a_login("fresh").id_hash)

    assert signed.socket.disconnects == new.disconnects == [DisconnectReason.SIGNED_OUT]


def test_using_an_old_socket_uses_the_renewed_login() -> None:
    signed = renewed()
    signed.at(600 + SAVE_USE_EVERY_S)

    signed.sessions.use(signed.login)

    fresh = a_login("fresh").id_hash
    assert signed.sessions.take_uses() == [Use(fresh, NOON + 600 + SAVE_USE_EVERY_S)]


def test_a_renewed_login_is_forgotten_with_its_last_socket() -> None:
    signed = renewed()

    signed.sessions.leave(signed.login, signed.socket)

    signed.sessions.on_remote_end(signed.login.id_hash)
    signed.sessions.on_remote_end(a_login("fresh").id_hash)
    assert signed.socket.disconnects == []


def test_renewing_a_login_without_sockets_sends_nothing() -> None:
    signed = Signed()

    signed.sessions.renew(a_login("other").id_hash, a_login("fresh"))

    signed.sessions.on_remote_end(a_login("fresh").id_hash)
    assert signed.socket.disconnects == []


def test_a_renewal_that_comes_twice_changes_nothing() -> None:
    signed = renewed()
    signed.clock.passes(10)
    signed.sessions.use(signed.login)

    signed.sessions.on_remote_renewal(signed.login.id_hash, a_login("fresh", used_at_s=NOON + 600))
    signed.sessions.leave(signed.login, signed.socket)

    assert signed.sessions.names() == ()


def test_a_socket_that_opened_before_the_renewal_was_heard_of_ends_with_the_others() -> None:
    signed, new = Signed(), FakeTab()
    signed.sessions.join(a_login("fresh"), new)
    signed.sessions.on_remote_renewal(signed.login.id_hash, a_login("fresh"))

    signed.sessions.on_remote_end(a_login("fresh").id_hash)

    assert signed.socket.disconnects == new.disconnects == [DisconnectReason.SIGNED_OUT]


def test_a_login_that_is_renewed_while_its_socket_opens_is_joined_as_renewed() -> None:
    signed, fresh = Signed(), a_login("fresh")

    with signed.sessions.opening(signed.login.id_hash) as opening:
        signed.sessions.renew(signed.login.id_hash, fresh)

    assert (opening.renewed, opening.is_ended) == (fresh, False)


def test_a_login_that_ends_while_its_socket_opens_is_known_to_have_ended() -> None:
    signed = Signed()

    with (
        signed.sessions.opening(signed.login.id_hash) as opening,
        signed.sessions.opening(a_login("other").id_hash) as other,
    ):
        signed.sessions.on_remote_end(signed.login.id_hash)

    assert (opening.is_ended, other.is_ended) == (True, False)
