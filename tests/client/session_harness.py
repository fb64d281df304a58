"""A session with fake connections, for tests of the tab's state machine."""

import asyncio
import json
from typing import Any

from app.client.backoff import Reconnect, RetryPolicy
from app.client.decode import ServerMessage
from app.client.deps import ClientDeps
from app.client.session import Session, VerdictFuture
from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.ops import AddLine
from app.protocol.messages import Drain, TabId
from tests.client.conftest import sequential_names
from tests.client.samples import sample

ACCOUNT, TAB = AccountId("u-3fa9"), TabId("5f0c2a7e-1b3d-4c6f-8a90-d2e4f6a81b3c")
FIRST_NAME, SECOND_NAME = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2))


class FakeConnection:
    """A connection that records what was sent, and why it was left."""

    def __init__(self, gen: int):
        self.gen = gen
        self.sent: list[dict[str, Any]] = []
        self.outcomes: list[Drain | Reconnect] = []
        self._more = asyncio.Event()

    async def wait_for_ops(self, count: int) -> None:
        """Wait until *count* ops were sent."""
        while len(self.ops) < count:
            self._more.clear()
            await self._more.wait()

    def send(self, frame: str) -> None:
        """Record it."""
        self.sent.append(json.loads(frame))
        self._more.set()

    def finish(self, outcome: Drain | Reconnect) -> None:
        """Record it."""
        self.outcomes.append(outcome)

    @property
    def ops(self) -> list[int]:
        """The numbers of all ops that were sent."""
        return [frame["n"] for frame in self.sent if frame["t"] == "op"]

    @property
    def hello(self) -> dict[str, Any]:
        """The first message that was sent."""
        return self.sent[0]


class SessionHarness:
    """A session, the messages it published, and the connection it activated last."""

    def __init__(self, language: str | None = None) -> None:
        self.published: list[ServerMessage] = []
        self.activated: object = None
        deps = ClientDeps(RetryPolicy(), lambda: 0.0, sequential_names(), language)
        self.session = Session(ACCOUNT, TAB, deps, self.published.append, self._on_activated)

    def _on_activated(self, connection: object) -> None:
        self.activated = connection

    def receive(self, connection: FakeConnection, name: str, **changes: Any) -> None:
        """Pass a sample of a server's message to the session."""
        self.session.on_message(connection, json.dumps(sample(name, **changes)).encode())

    def open(self, gen: int) -> FakeConnection:
        """Return a new connection on which hello was sent."""
        connection = FakeConnection(gen)
        self.session.on_open(connection)
        return connection

    def connect(self, gen: int = 1, **welcome: Any) -> FakeConnection:
        """Return a new connection on which welcome and a snapshot were received."""
        connection = self.open(gen)
        self.receive(connection, "welcome_first", **welcome)
        self.receive(connection, "snapshot_empty", rev=42, at="7c1d.42.0")
        return connection

    def submit(self, times: int = 1) -> list[VerdictFuture]:
        """Submit ops, and return the futures of their verdicts."""
        waiters: list[VerdictFuture] = [
            asyncio.get_running_loop().create_future() for _ in range(times)
        ]
        for waiter in waiters:
            self.session.send(AddLine(Sku("apples"), 1), waiter)
        return waiters
