"""How many sockets there may be, by themselves."""

from contextlib import suppress

from app.ws.registry import ConnectionRegistry

HOME, WORK = "192.0.2.1", "192.0.2.2"


class FakeGuest:
    """A socket that is in, and remembers what it is told."""

    unread = 0

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        raise AssertionError(open_after_ms, close_in_ms)

    def restart(self) -> None:
        raise AssertionError


def guests_with_room_for(
    most: int = 9, without_login: int = 9, without_hello: int = 9
) -> ConnectionRegistry:
    """Return a shop's guests, of which there are none yet."""
    return ConnectionRegistry(most, without_login, without_hello)


def test_whoever_comes_first_is_let_in() -> None:
    connections = guests_with_room_for()

    assert not connections.at_capacity(HOME)
    assert not connections.is_crowded("u-ada")


def test_a_shop_that_is_about_to_close_turns_everybody_away() -> None:
    connections = guests_with_room_for()

    connections.draining = True

    assert connections.at_capacity(HOME)


def test_a_shop_that_is_full_turns_everybody_away_until_somebody_leaves() -> None:
    connections = guests_with_room_for(most=1)
    guest = FakeGuest()

    connections.inside.add(guest)
    assert connections.at_capacity(HOME)
    connections.inside.discard(guest)

    assert not connections.at_capacity(HOME)


def test_an_address_may_have_so_many_sockets_without_a_login() -> None:
    connections = guests_with_room_for(without_login=2)

    with connections.without_login(HOME):
        assert not connections.at_capacity(HOME)
        with connections.without_login(HOME):
            assert connections.at_capacity(HOME)
            assert not connections.at_capacity(WORK)
        assert not connections.at_capacity(HOME)
        with connections.without_login(HOME):
            assert connections.at_capacity(HOME)

    assert not connections.at_capacity(HOME)


def test_an_account_may_have_so_many_sockets_without_a_hello() -> None:
    connections = guests_with_room_for(without_hello=2)

    with connections.without_hello("u-ada"):
        assert not connections.is_crowded("u-ada")
        with connections.without_hello("u-ada"):
            assert connections.is_crowded("u-ada")
            assert not connections.is_crowded("u-bob")

    assert not connections.is_crowded("u-ada")


def test_what_fails_is_counted_no_longer() -> None:
    connections = guests_with_room_for(without_login=1)

    with suppress(ZeroDivisionError), connections.without_login(HOME):
        raise ZeroDivisionError

    assert not connections.at_capacity(HOME)
