"""A server that shuts down asks its clients to reconnect elsewhere, spread over time."""

from app.runtime.drain import drain
from app.ws.registry import ConnectionRegistry


class FakeConnection:
    """A connection that records its drains and restarts."""

    unread = 0

    def __init__(self) -> None:
        self.drains: list[tuple[int, int]] = []
        self.restarts = 0

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        self.drains.append((open_after_ms, close_in_ms))

    def restart(self) -> None:
        self.restarts += 1


class FakeSleep:
    """Records the durations of sleeps; during the second, *leaving* disconnect."""

    def __init__(self, connections: ConnectionRegistry, *leaving: FakeConnection) -> None:
        self.slept_s: list[float] = []
        self._connections = connections
        self._leaving = leaving

    async def __call__(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        if len(self.slept_s) == 2:
            self._connections.inside.difference_update(self._leaving)


def registry(*inside: FakeConnection) -> ConnectionRegistry:
    """Return a registry with open connections."""
    connections = ConnectionRegistry(100, 20, 10)
    connections.inside.update(inside)
    return connections


async def test_clients_reconnect_at_random_within_half_of_the_time() -> None:
    connection = FakeConnection()
    connections, below = registry(connection), list[int]()

    def draw(bound: int) -> int:
        below.append(bound)
        return 700

    await drain(connections, 2000, draw, lambda: False, FakeSleep(connections, connection))

    assert below == [1001]
    assert connection.drains == [(700, 2000)]


async def test_new_connections_are_refused_while_draining() -> None:
    connections = registry()

    await drain(connections, 2000, lambda _: 0, lambda: False, FakeSleep(connections))

    assert connections.at_capacity("192.0.2.1")


async def test_the_server_waits_only_until_its_clients_have_left() -> None:
    connection = FakeConnection()
    connections = registry(connection)
    sleep = FakeSleep(connections, connection)

    await drain(connections, 2000, lambda _: 0, lambda: False, sleep)

    assert sleep.slept_s == [0.05, 0.05]
    assert connection.restarts == 0


async def test_clients_that_stay_are_closed_when_the_time_is_over() -> None:
    leaves, stays = FakeConnection(), FakeConnection()
    connections = registry(leaves, stays)
    sleep = FakeSleep(connections, leaves)

    await drain(connections, 2000, lambda _: 0, lambda: False, sleep)

    assert sleep.slept_s == [0.05] * 40
    assert (leaves.restarts, stays.restarts) == (0, 1)


async def test_a_drain_that_is_forced_does_not_wait() -> None:
    connection = FakeConnection()
    connections = registry(connection)
    sleep = FakeSleep(connections)

    await drain(connections, 2000, lambda _: 0, lambda: True, sleep)

    assert sleep.slept_s == []
    assert connection.restarts == 1
