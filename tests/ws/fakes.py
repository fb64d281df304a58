"""A fake websocket, a client at its other end, and live carts for the connections to use."""

import asyncio
import json
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from app.domain.accounts import AccountId
from app.domain.limits import Limits
from app.domain.outbox import OutboxId
from app.domain.sessions import Lifetime, Session, SessionHash
from app.live.sessions import LiveSessions
from app.ws.admission import Place
from app.ws.connection import OWN_CART, CartConnection
from app.ws.context import ConnectionContext
from app.ws.registry import ConnectionRegistry
from tests.examples import ADA, APPLES, HERE, NOON, THERE
from tests.live.harness import HubHarness
from tests.ws.clock import LoopClock, soon

Said = dict[str, Any]

LOGIN = Session(
    SessionHash("login"), ADA, "Ada", staff=False, used_at_s=NOON, ends_at_s=NOON + 10**6
)
LIFETIME = Lifetime(absolute_s=10**6, idle_s=10_000)
TABS = {HERE: "5f0c2a7e-1b3d-4c6f-8a90-d2e4f6a81b3c", THERE: "0d9e7b51-6c2f-4e8a-b1d3-95a7c0e2f468"}


class FakeSocket:
    """A websocket that remembers each write; it can be full, or become full by a write."""

    def __init__(self) -> None:
        self.pieces: list[list[Said]] = []
        self.is_full = False
        self.fills_up = False
        self.is_paused = False
        self.closed: tuple[int, str] | None = None
        self._unread: list[Callable[[], None]] = []

    def write(self, texts: Iterable[bytes]) -> None:
        assert not self.is_full
        assert self.closed is None
        self.pieces.append([json.loads(text) for text in texts])
        self.is_full = self.fills_up

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False
        asyncio.get_running_loop().call_soon(self._read)

    def arrives(self, deliver: Callable[[], None]) -> None:
        """Deliver a frame, now or when reading is resumed."""
        self._unread.append(deliver)
        self._read()

    def _read(self) -> None:
        while self._unread and not self.is_paused:
            self._unread.pop(0)()

    def close(self, code: int, reason: str) -> None:
        assert self.closed is None
        self.closed = (code, reason)


class Browser:
    """A tab of Ada's, and the server's connection at the other end of its websocket."""

    def __init__(
        self,
        context: ConnectionContext,
        outbox: OutboxId,
        name: str,
        login: Session,
        place: Place = OWN_CART,
    ):
        self.outbox = outbox
        self.socket = FakeSocket()
        self.connection = CartConnection(self.socket, login, name, context, place)
        self.serving = asyncio.create_task(self.connection.serve_hello())
        self._has_left = False

    def says(self, t: str, **fields: object) -> None:
        """Send a message."""
        self.sends(json.dumps({"t": t, **fields}))

    def sends(self, text: str) -> None:
        """Send a frame."""
        self.socket.arrives(lambda: self.connection.on_text(text.encode()))

    def says_hello(self, gen: int = 1, **fields: object) -> None:
        """Send the first message."""
        names = {"tab": TABS[self.outbox], "outbox": self.outbox}
        self.says("hello", gen=gen, **{**names, **fields})

    def submits(self, n: int, note: str | None = None) -> None:
        """Send an op that sets the note, to its number unless *note* is given."""
        self.says("op", n=n, k="note.set", text=note or f"note {n}")

    def adds(self, n: int, qty: int = 1, sku: str = APPLES) -> None:
        """Send an op that adds a product."""
        self.says("op", n=n, k="line.add", sku=sku, qty=qty)

    def takes_frames(self) -> list[Said]:
        """Return the messages that came since the last call."""
        pieces, self.socket.pieces = self.socket.pieces, []
        return [frame for piece in pieces for frame in piece]

    def is_open(self) -> bool:
        """Say whether the server has not closed the websocket."""
        return self.socket.closed is None

    def is_read(self) -> bool:
        """Say whether the server reads what is sent."""
        return not self.socket.is_paused

    def reads_on(self) -> None:
        """Read everything, so that the server can write again."""
        self.socket.is_full = self.socket.fills_up = False
        self.connection.on_writable()

    def leaves(self, code: int = 1001) -> None:
        """Close the websocket, once."""
        if not self._has_left:
            self._has_left = True
            self.connection.on_close(code)


class WsHarness:
    """What the connections of Ada's tabs need of the server.

    Its live carts are real; its disk, its writer and its clock are controlled by the test.
    """

    def __init__(self, limits: Limits | None = None):
        self.around = HubHarness(limits, LoopClock())
        self.sessions = LiveSessions(LIFETIME, self.around.clock.now_s, self.around.peers)
        self.connections = ConnectionRegistry(100, 20, 10)
        self.context = ConnectionContext(
            self.around.hub,
            self.sessions,
            self.connections,
            "w1",
            heartbeat_ms=20_000,
            hello_ms=5_000,
            may_show=self._may_show,
        )
        self.login = LOGIN
        self._browsers: list[Browser] = []
        self._names = count(1)
        self.is_shown = asyncio.Event()
        self.is_shown.set()
        self.not_shown: set[AccountId] = set()

    def opens(
        self, outbox: OutboxId = HERE, place: Place = OWN_CART, login: Session | None = None
    ) -> Browser:
        """Open a websocket."""
        name = f"c-{next(self._names)}"
        browser = Browser(self.context, outbox, name, login or self.login, place)
        self._browsers.append(browser)
        return browser

    async def connects(self, outbox: OutboxId = HERE, gen: int = 1, **hello: object) -> Browser:
        """Open a websocket, send the hello and read the welcome and what follows it."""
        browser = self.opens(outbox)
        browser.says_hello(gen, **hello)
        await soon()
        assert browser.takes_frames()[0]["t"] == "welcome"
        return browser

    async def _may_show(self, cart: AccountId, _account: AccountId) -> bool:
        """Say what the database says once the test lets it: all carts but a few may be shown."""
        may_show = cart not in self.not_shown
        await self.is_shown.wait()
        return may_show

    async def saves(self) -> None:
        """Save everything that waits, and announce it."""
        self.around.saves()
        await soon()

    def closes(self) -> None:
        """Close all websockets."""
        for browser in self._browsers:
            browser.leaves()


def kinds(frames: Iterable[Said]) -> list[str]:
    """Return the types of these frames, in order."""
    return [frame["t"] for frame in frames]
