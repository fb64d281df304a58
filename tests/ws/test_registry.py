"""How many sockets there may be, by themselves."""

from contextlib import suppress

from app.ws.registry import Guests

HOME, WORK = "192.0.2.1", "192.0.2.2"


class FakeGuest:
    """A socket that is in, and remembers what it is told."""

    unread = 0

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        raise AssertionError(open_after_ms, close_in_ms)

    def restart(self) -> None:
        raise AssertionError


def guests_with_room_for(most: int = 9, without_login: int = 9, without_hello: int = 9) -> Guests:
    """Return a shop's guests, of which there are none yet."""
    return Guests(most, without_login, without_hello)


def test_whoever_comes_first_is_let_in() -> None:
    guests = guests_with_room_for()

    assert not guests.turns_away(HOME)
    assert not guests.is_crowded("u-ada")


def test_a_shop_that_is_about_to_close_turns_everybody_away() -> None:
    guests = guests_with_room_for()

    guests.draining = True

    assert guests.turns_away(HOME)


def test_a_shop_that_is_full_turns_everybody_away_until_somebody_leaves() -> None:
    guests = guests_with_room_for(most=1)
    guest = FakeGuest()

    guests.inside.add(guest)
    assert guests.turns_away(HOME)
    guests.inside.discard(guest)

    assert not guests.turns_away(HOME)


def test_an_address_may_have_so_many_sockets_without_a_login() -> None:
    guests = guests_with_room_for(without_login=2)

    with guests.without_login(HOME):
        assert not guests.turns_away(HOME)
        with guests.without_login(HOME):
            assert guests.turns_away(HOME)
            assert not guests.turns_away(WORK)
        assert not guests.turns_away(HOME)
        with guests.without_login(HOME):
            assert guests.turns_away(HOME)

    assert not guests.turns_away(HOME)


def test_an_account_may_have_so_many_sockets_without_a_hello() -> None:
    guests = guests_with_room_for(without_hello=2)

    with guests.without_hello("u-ada"):
        assert not guests.is_crowded("u-ada")
        with guests.without_hello("u-ada"):
            assert guests.is_crowded("u-ada")
            assert not guests.is_crowded("u-bob")

    assert not guests.is_crowded("u-ada")


def test_what_fails_is_counted_no_longer() -> None:
    guests = guests_with_room_for(without_login=1)

    with suppress(ZeroDivisionError), guests.without_login(HOME):
        raise ZeroDivisionError

    assert not guests.turns_away(HOME)
