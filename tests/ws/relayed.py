"""Two nodes that relay to each other over a bus that loses, delays and reorders; it remembers."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from itsdangerous import URLSafeSerializer

from app.bus.leases import Leases
from app.bus.relay_frames import Batch, Frame, decode_batch, encode_batch
from app.ws.edge_relay import EdgeRelay
from app.ws.edge_relays import EdgeRelays, Visitor
from app.ws.event_streams import EventStreams
from app.ws.owner_relays import OwnerRelays
from app.ws.registry import ConnectionRegistry
from app.ws.relay_links import RelayLinks
from app.ws.relayed_socket import RelayedSocket
from app.ws.socket import Listener
from tests.bus.fakes import FakeLeaseStore, SharedLeases
from tests.examples import ADA, CHINESE
from tests.ws.fakes import LOGIN

VISITOR = Visitor("c-1", ADA, LOGIN.id_hash, "192.0.2.1", CHINESE)
FATES = ("arrives", "is lost", "is late")


class Bus:
    """Carries the batches of all nodes, one a turn; *fates* says what becomes of each."""

    def __init__(self, fates: Iterable[str] = ()) -> None:
        self.nodes: dict[str, Node] = {}
        self.lost = 0
        self._fates = iter(fates)
        self._late: list[tuple[str, bytes]] = []

    def publish(self, to: str, batch: bytes) -> None:
        """Deliver a batch, lose it, or deliver it after the next one."""
        match next(self._fates, "arrives"):
            case "is lost":
                self.lost += 1
            case "is late":
                self._late.append((to, batch))
            case _:
                self._deliver(to, batch)
                late, self._late = self._late, []
                for one in late:
                    self._deliver(*one)

    def heal(self) -> None:
        """Deliver everything from now on."""
        self._fates = iter(())

    def _deliver(self, to: str, batch: bytes) -> None:
        if node := self.nodes.get(to):
            asyncio.get_running_loop().call_soon(node.links.on_batch, decode_batch(batch))


class Post:
    """Sends what one node gathers in a turn as one batch, as `RelayBus` does."""

    def __init__(self, name: str, bus: Bus):
        self._name, self._bus = name, bus
        self._frames = defaultdict[str, list[Frame]](list)
        self._numbers = Counter[str]()

    def send(self, node: str, *frames: Frame) -> None:
        """Gather."""
        if not self._frames:
            asyncio.get_running_loop().call_soon(self._flush)
        self._frames[node].extend(frames)

    def _flush(self) -> None:
        frames, self._frames = self._frames, defaultdict(list)
        for node, gathered in frames.items():
            self._numbers[node] += 1
            self._bus.publish(node, encode_batch(Batch(self._name, self._numbers[node], gathered)))


@dataclass
class Served:
    """What the owner's connection has of a relayed websocket: all that came, in order."""

    socket: RelayedSocket
    texts: list[bytes] = field(default_factory=list)
    writable: int = 0
    closed: list[int] = field(default_factory=list)

    def on_text(self, data: bytes) -> None:
        """Keep it."""
        self.texts.append(data)

    def on_binary(self) -> None:
        """Keep it."""
        self.texts.append(b"binary")

    def on_protocol_error(self, code: int, reason: str) -> None:
        """Close as the library says."""
        self.socket.close(code, reason)

    def on_writable(self) -> None:
        """Count."""
        self.writable += 1

    def on_close(self, code: int) -> None:
        """Keep the code."""
        self.closed.append(code)


class Node:
    """A node that owns carts, and relays."""

    def __init__(self, name: str, bus: Bus, shared: SharedLeases):
        self.served: list[Served] = []
        self.visitors: list[Visitor] = []
        self.passed: list[tuple[str, int]] = []
        self.connections = ConnectionRegistry(100, 20, 10)
        self.leases = Leases(FakeLeaseStore(name, shared))
        post = Post(name, bus)
        self.edges = EdgeRelays(self.leases, post, self.connections)
        self.owners = OwnerRelays(self.leases, post, self._serve, lambda _: None)
        self.streams = EventStreams(name, URLSafeSerializer("secret"), post)
        self.links = RelayLinks(
            self.edges, self.owners, self.streams, self.leases, post, self._on_passed
        )
        self.tasks = [asyncio.create_task(each) for each in (self._exchange(), self._beat())]
        bus.nodes[name] = self

    def _on_passed(self, node: str, number: int) -> None:
        self.passed.append((node, number))

    async def _serve(self, socket: RelayedSocket, visitor: Visitor) -> None:
        self.visitors.append(visitor)
        self.served.append(Served(socket))
        socket.attach(self.served[-1])

    async def _exchange(self) -> None:
        while True:
            await self.leases.run(lambda _: None)

    async def _beat(self) -> None:
        while True:
            await self.links.beat()
            await asyncio.sleep(0.4)

    def stops(self) -> None:
        """Do nothing more, as a killed process."""
        for task in self.tasks:
            task.cancel()


class ClientSocket:
    """A websocket of the edge, and the client at its other end."""

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.is_full = self.is_paused = False
        self.reads = True
        self.received: list[bytes] = []
        self.unsent: list[bytes] = []
        self.closed: int | None = None

    def attach(self, listener: Listener, _frames_per_s: int = 0) -> None:
        self.listener = listener

    def write(self, texts: Iterable[bytes]) -> None:
        assert self.closed is None
        self.received += texts
        self.is_full = not self.reads

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False
        self.sends()

    def close(self, code: int, _reason: str) -> None:
        if self.closed is None:
            self.closed = code
            if self.listener:
                asyncio.get_running_loop().call_soon(self.listener.on_close, code)

    def sends(self, *texts: bytes) -> None:
        """Send texts, as far as the server reads them."""
        self.unsent += texts
        while self.unsent and self.listener and not self.is_paused and self.closed is None:
            self.listener.on_text(self.unsent.pop(0))

    def reads_on(self) -> None:
        """Read all that was written."""
        self.reads, self.is_full = True, False
        if self.listener:
            self.listener.on_writable()


class TwoNodes:
    """Ada's cart is owned by one node; her websocket is at the other, the edge."""

    def __init__(self, fates: Iterable[str] = ()) -> None:
        self.bus, self.shared = Bus(fates), SharedLeases()
        self.owner = Node("owner", self.bus, self.shared)
        self.edge = Node("edge", self.bus, self.shared)
        self.socket = ClientSocket()

    async def opens(self) -> EdgeRelay | None:
        """Open the websocket; None if it is served by the edge itself."""
        await self.owner.leases.acquire(ADA)
        return await self.opens_again()

    async def opens_again(self) -> EdgeRelay | None:
        """Open the websocket, whoever owns the cart."""
        if relay := await self.edge.edges.enter(VISITOR):
            relay.attach(self.socket, 100)
        return relay

    @property
    def served(self) -> Served:
        """The only websocket that the owner serves."""
        (served,) = self.owner.served
        return served

    def stops(self) -> None:
        """End both nodes."""
        self.owner.stops()
        self.edge.stops()
