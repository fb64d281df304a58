"""A server in this process, whose websockets end in memory: for what is too small to see over TCP.

Everything from the bytes that a connection receives to those that it writes is the shop's own, put
together by `app.runtime.build`, with a database file on disk. Only the transport is not.
"""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import uuid4

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Executable, insert, update

from app.domain.accounts import AccountId
from app.domain.catalog import HoldRule
from app.domain.members import Household, Member, Role
from app.domain.sessions import Session
from app.runtime.build import build
from app.runtime.config import Config, read_config
from app.runtime.web_app import make_web_app
from app.server.connection_limits import UNLIMITED, ConnectionLimits
from app.server.lifecycle import ShopServer
from app.store import tables
from app.store.accounts import Person, add_account
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from app.store.server_lock import acquire_server_lock
from app.store.sessions import add_session, digest
from app.ws.handshake import VERSION
from bench.light_client import frame_of
from bench.operations import MAX_QTY, OP, SKUS
from tests.e2e.server import free_port

LIMITS = ConnectionLimits(UNLIMITED, UNLIMITED)
PLENTY = 1_000_000
WARM_UP = 30
"""Rounds in which carts and outboxes fill."""
Frames = list[bytes]
"""What each tab sends in a round."""


OPENED, WELCOMED, APPLIED = b"HTTP/1.1 101 ", b'{"t":"welcome"', b'{"t":"ok"'
"""What is written when a handshake is accepted, a tab has its cart, and an op was applied."""
REFUSED, CLOSED = b'{"t":"no"', b"\x88"


class Answers:
    """Counts what all tabs get, and waits until as many answers have come as are due."""

    def __init__(self) -> None:
        self._sign = b""
        self._due = 0
        self._complete = asyncio.Event()
        self._fault = b""

    def expect(self, sign: bytes, count: int) -> None:
        """Expect *count* pieces of data with *sign* in them."""
        self._sign, self._due = sign, count
        self._complete.clear()

    async def wait(self) -> None:
        """Wait until all have come; an op that was refused or a closed tab is a fault."""
        await self._complete.wait()
        assert not self._fault, self._fault

    def read(self, data: bytes) -> None:
        """Count the answers in *data*."""
        if REFUSED in data or data.startswith(CLOSED):
            self._fault = data
        self._due -= data.count(self._sign)
        if self._due <= 0 or self._fault:
            self._complete.set()


class MemoryTransport(asyncio.Transport):
    """A connection whose client reads everything at once."""

    def __init__(self, answers: Answers):
        super().__init__({"peername": ("127.0.0.1", 5), "sockname": ("127.0.0.1", 80)})
        self.protocol = asyncio.Protocol()
        self._answers = answers

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Count the answers in *data*."""
        self._answers.read(bytes(data))

    def writelines(self, list_of_data: object) -> None:
        """Count the answers in all of these."""
        self.write(b"".join(list_of_data))  # type: ignore[arg-type]

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection over, as an upgrade does."""
        assert isinstance(protocol, asyncio.Protocol)
        self.protocol = protocol

    def is_closing(self) -> bool:
        """Return False: the client stays."""
        return False

    def get_write_buffer_size(self) -> int:
        """Return 0: the client has read everything."""
        return 0

    def pause_reading(self) -> None:
        """Do nothing: a round is sent when the one before is answered."""

    def resume_reading(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing; `Tabs.close` disconnects."""

    def abort(self) -> None:
        """Do nothing; `Tabs.close` disconnects."""


class Seat(NamedTuple):
    """Who opens a tab, by the cookie of their login, and whose cart it shows."""

    cookie: str
    cart: AccountId


class Tabs:
    """Open tabs, each in a loop of its own: it sends its next ops when all tabs have verdicts."""

    def __init__(self, window: int, language: str = "en"):
        self.answers = Answers()
        self._window = window
        self._language = language
        self._transports: list[MemoryTransport] = []
        self._sent: list[int] = []

    @property
    def ops(self) -> int:
        """The number of ops in a round."""
        return len(self._transports) * self._window

    def open(self, server: ShopServer, host: str, seat: Seat) -> None:
        """Connect, and send the handshake."""
        transport = MemoryTransport(self.answers)
        kind: Callable[..., asyncio.Protocol] = server.config.http_protocol_class
        entered = LIMITS.enter_connection("127.0.0.1")
        http = kind(server.config, server.server_state, server.lifespan.state, entered)
        transport.set_protocol(http)
        http.connection_made(transport)
        http.data_received(_handshake(host, seat))
        self._transports.append(transport)
        self._sent.append(0)

    async def greet(self) -> None:
        """Send each tab's hello, once all are open, and wait for their carts."""
        await self.answers.wait()
        self.answers.expect(WELCOMED, len(self._transports))
        for transport in self._transports:
            names = {"tab": str(uuid4()), "outbox": str(uuid4())}
            hello = {"t": "hello", "gen": 1, "language": self._language, **names}
            transport.protocol.data_received(frame_of(msgspec.json.encode(hello)))
        await self.answers.wait()

    def make(self, rounds: int) -> list[Frames]:
        """Return what the tabs send in the next *rounds*; every op changes its cart."""
        return [
            [self._next_ops(place) for place in range(len(self._transports))] for _ in range(rounds)
        ]

    async def run(self, rounds: list[Frames]) -> None:
        """Send *rounds*; each one when the one before is answered."""
        receivers = [transport.protocol.data_received for transport in self._transports]
        for frames in rounds:
            self.answers.expect(APPLIED, self.ops)
            for receive, data in zip(receivers, frames, strict=True):
                receive(data)
            await self.answers.wait()
            await asyncio.sleep(0)

    def close(self) -> None:
        """Disconnect."""
        for transport in self._transports:
            transport.protocol.connection_lost(None)

    def _next_ops(self, place: int) -> bytes:
        first = self._sent[place] + 1
        self._sent[place] += self._window
        return b"".join(
            frame_of(OP % (n, SKUS[n % len(SKUS)].encode(), (2 * n + place % 2) % MAX_QTY + 1))
            for n in range(first, first + self._window)
        )


@asynccontextmanager
async def open_tabs(  # noqa: PLR0913, PLR0917 - each is a parameter of the measurement
    accounts: int, tabs: int, window: int, language: str, members: int = 0, held: int = 0
) -> AsyncIterator[Tabs]:
    """Run a server, and open *tabs* tabs of each account; their carts fill while they warm up.

    With *members*, each account shares its cart with so many, and all open tabs of it by turns.
    Carts hold so many of the products as *held* says: there are ten, which ops change in turn.
    """
    with TemporaryDirectory() as folder:
        config = _config(Path(folder))
        households = _add_accounts(config, accounts, members)
        _hold(config, SKUS[:held])
        async with _serve(config) as server:
            opened = Tabs(window, language)
            opened.answers.expect(OPENED, accounts * tabs)
            for seats in households:
                for number in range(tabs):
                    opened.open(server, config.bind, seats[number % len(seats)])
            await opened.greet()
            await opened.run(opened.make(WARM_UP))
            yield opened
            opened.close()


def _config(folder: Path) -> Config:
    config = read_config(
        {
            "SHOP_BIND": f"127.0.0.1:{free_port()}",
            "SHOP_DATABASE": f"sqlite:///{folder / 'shop.db'}",
            "SHOP_LIMITS": "load",
            "SHOP_LOG": "warning",
            "SHOP_SECRET": secrets.token_urlsafe(32),
        }
    )
    return replace(config, drain_ms=0)


def _add_accounts(config: Config, count: int, members: int) -> Sequence[Sequence[Seat]]:
    """Fill a new database, with *count* accounts and those who share their carts.

    Return the logins of each household, the owner's first.
    """
    engine = connect(config.database)
    migrate(engine)
    run_query(engine, seed)
    app = make_web_app(config)
    [signer] = app.extensions["QUART_AUTH"]
    households = []
    for number in range(count):
        cart, seats = AccountId(f"u-{number}"), list[Seat]()
        sharing = [AccountId(f"{cart}-{one}") for one in range(members)]
        for account in (cart, *sharing):
            secret = secrets.token_urlsafe(32)
            run_query(engine, _add_login, config, account, secret)
            seats.append(Seat(f"shop={signer.dump_token(secret, app)}", cart))
        run_query(engine, _share, cart, sharing)
        households.append(seats)
    engine.dispose()
    return households


def _hold(config: Config, skus: Sequence[str]) -> None:
    """Have carts hold the products *skus*, of which there are enough for everybody."""
    engine = connect(config.database)
    holding = update(tables.products).where(tables.products.c.sku.in_(skus))
    run_query(engine, _execute, holding.values(hold=HoldRule.ALWAYS, stock=PLENTY))
    engine.dispose()


def _execute(connection: Connection, statement: Executable) -> None:
    connection.execute(statement)


def _share(connection: Connection, cart: AccountId, sharing: Sequence[AccountId]) -> None:
    """Make *sharing* members of *cart*."""
    if not sharing:
        return
    now_s = int(time.time())
    member = Member("Somebody", Role.EDIT, now_s)
    household = Household("Somebody", dict.fromkeys(sharing, member), shares_saved=True)
    shared = structs.replace(load_cart(connection, cart), household=household)
    save_carts(connection, [as_save(shared, ())], now_s)
    rows = [{"cart": cart, "account": one, "joined_at": now_s} for one in sharing]
    connection.execute(insert(tables.members), rows)


def _add_login(connection: Connection, config: Config, account: AccountId, secret: str) -> None:
    now_s = int(time.time())
    person = Person(account, f"{account}@bench.example", "Somebody", "no password")
    add_account(connection, person, "e0", now_s)
    ends_at_s = now_s + config.lifetime.absolute_s
    session = Session(
        digest(secret), account, person.name, staff=False, used_at_s=now_s, ends_at_s=ends_at_s
    )
    add_session(connection, session, "bench", config.lifetime, now_s)


@asynccontextmanager
async def _serve(config: Config) -> AsyncIterator[ShopServer]:
    ready = asyncio.Event()
    with closing(acquire_server_lock(config.database, shared=False)) as lock:
        server = build(config, lock, ready.set)
        serving = asyncio.create_task(server.serve())
        serving.add_done_callback(lambda _: ready.set())
        await ready.wait()
        try:
            yield server
        finally:
            server.should_exit = True
            await serving


def _handshake(host: str, seat: Seat) -> bytes:
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = (
        f"GET /ws?cart={seat.cart} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {VERSION}",
        f"Cookie: {seat.cookie}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
