"""Limits on the number of sockets."""

from contextlib import suppress

from app.ws.registry import ConnectionRegistry

HOME, WORK = "192.0.2.1", "192.0.2.2"


class FakeConnection:
    """An open socket that must be neither drained nor restarted."""

    unread = 0

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        raise AssertionError(open_after_ms, close_in_ms)

    def restart(self) -> None:
        raise AssertionError


def registry_with_limits(
    most: int = 9, without_login: int = 9, without_hello: int = 9
) -> ConnectionRegistry:
    """Return an empty registry."""
    return ConnectionRegistry(most, without_login, without_hello)


def test_an_empty_registry_has_capacity() -> None:
    connections = registry_with_limits()

    assert not connections.at_capacity(HOME)
    assert not connections.is_crowded("u-ada")


def test_a_draining_registry_has_no_capacity() -> None:
    connections = registry_with_limits()

    connections.draining = True

    assert connections.at_capacity(HOME)


def test_a_full_registry_has_no_capacity_until_a_connection_leaves() -> None:
    connections = registry_with_limits(most=1)
    connection = FakeConnection()

    connections.inside.add(connection)
    assert connections.at_capacity(HOME)
    connections.inside.discard(connection)

    assert not connections.at_capacity(HOME)


def test_sockets_without_a_login_are_limited_per_address() -> None:
    connections = registry_with_limits(without_login=2)

    with connections.without_login(HOME):
        assert not connections.at_capacity(HOME)
        with connections.without_login(HOME):
            assert connections.at_capacity(HOME)
            assert not connections.at_capacity(WORK)
        assert not connections.at_capacity(HOME)
        with connections.without_login(HOME):
            assert connections.at_capacity(HOME)

    assert not connections.at_capacity(HOME)


def test_sockets_without_a_hello_are_limited_per_account() -> None:
    connections = registry_with_limits(without_hello=2)

    with connections.without_hello("u-ada"):
        assert not connections.is_crowded("u-ada")
        with connections.without_hello("u-ada"):
            assert connections.is_crowded("u-ada")
            assert not connections.is_crowded("u-bob")

    assert not connections.is_crowded("u-ada")


def test_a_failed_handshake_is_no_longer_counted() -> None:
    connections = registry_with_limits(without_login=1)

    with suppress(ZeroDivisionError), connections.without_login(HOME):
        raise ZeroDivisionError

    assert not connections.at_capacity(HOME)
