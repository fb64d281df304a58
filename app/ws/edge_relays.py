"""Finds the owner of a cart for a websocket that was opened here, and relays to it."""

import asyncio
from collections import defaultdict
from functools import partial
from typing import NamedTuple, Protocol

from app.bus.leases import Leases
from app.bus.relay_frames import (
    Accepted,
    Close,
    Declined,
    Ended,
    HandedOver,
    HandOver,
    Open,
    Read,
    Texts,
    ToEdge,
    ToOwner,
)
from app.domain.accounts import AccountId
from app.domain.devices import Device
from app.domain.languages import ENGLISH, Language
from app.domain.members import OWNER
from app.domain.sessions import SessionHash
from app.ws.admission import Place
from app.ws.edge_relay import EdgeRelay
from app.ws.registry import ConnectionRegistry

ENTER_S = 4.0
"""How long the owners of a cart are asked; then it is taken from whichever has not answered."""
ANSWER_S = 1.0
RETRY_S = 0.05


class Visitor(NamedTuple):
    """A websocket that is being opened: its name, whose it is, by which login, and from where.

    `language` is what its handshake prefers, `member_of` the owner of the cart that it is to show,
    empty for the own one.
    """

    name: str
    account: AccountId
    login: SessionHash
    address: str
    language: Language = ENGLISH
    member_of: AccountId = OWNER
    device: Device = Device.COMPUTER

    @property
    def place(self) -> Place:
        """Whose cart is shown, and on what."""
        return Place(self.member_of, self.device)

    @property
    def cart(self) -> AccountId:
        """The owner of the cart that it is to show."""
        return self.member_of or self.account


class Post(Protocol):
    """Sends frames to other nodes; `bus.relay_bus.RelayBus` does."""

    def send(self, node: str, *frames: ToOwner | ToEdge) -> None:
        """Send *frames* to *node*, in order; some may be lost."""


class NoEdges:
    """What a server without peers has in place of `EdgeRelays`: it owns every cart."""

    async def enter(self, _visitor: Visitor) -> EdgeRelay | None:
        """Return None: the websocket is served here."""
        return None

    def leave(self, account: AccountId) -> None:
        """Do nothing."""


class EdgeRelays:
    """The websockets of this node whose carts are owned by other nodes."""

    def __init__(self, leases: Leases, post: Post, connections: ConnectionRegistry):
        self._leases = leases
        self._post = post
        self._connections = connections
        self._relays: dict[str, EdgeRelay] = {}
        self._opening: dict[str, asyncio.Future[bool]] = {}
        self._handovers = defaultdict[AccountId, set[asyncio.Future[bool]]](set)

    def __len__(self) -> int:
        """Return how many websockets are relayed."""
        return len(self._relays)

    @property
    def nodes(self) -> set[str]:
        """The nodes that websockets are relayed to."""
        return {relay.node for relay in self._relays.values()}

    async def enter(self, visitor: Visitor) -> EdgeRelay | None:
        """Return the relay to the owner of the visitor's cart, or None if it is owned here.

        In that case, it counts as used until `leave`.
        """
        loop, instead_of = asyncio.get_running_loop(), ""
        gives_up_s = loop.time() + ENTER_S
        while owner := await self._leases.acquire(visitor.cart, instead_of):
            if owner.is_leaving:
                handed_over = await self._ask_for(visitor.cart, owner.node)
                instead_of = "" if handed_over else owner.node
            elif relay := await self._open(visitor, owner.node):
                return relay
            else:
                await asyncio.sleep(RETRY_S)
            if loop.time() >= gives_up_s:
                instead_of = owner.node
        return None

    def leave(self, account: AccountId) -> None:
        """Note that a websocket that entered here has said hello, or was closed."""
        self._leases.leave(account)

    def on_frame(self, node: str, frame: ToEdge) -> None:
        """Handle a frame of an owner; one for a websocket that is gone is answered with that."""
        match frame:
            case Accepted(name):
                _settle(self._opening.get(name), answer=True)
            case Declined(name):
                _settle(self._opening.get(name), answer=False)
            case HandedOver(account):
                for waiting in self._handovers.get(account, ()):
                    _settle(waiting, answer=True)
            case Texts(name) | Close(name) | Read(name):
                self._on_relayed(node, name, frame)

    def lose(self, node: str) -> None:
        """Close all websockets that are relayed to *node*."""
        for relay in [one for one in self._relays.values() if one.node == node]:
            _settle(self._opening.get(relay.name), answer=False)
            relay.on_lost()

    def _on_relayed(self, node: str, name: str, frame: Texts | Close | Read) -> None:
        relay = self._relays.get(name)
        if relay is None:
            if not isinstance(frame, Close):
                self._post.send(node, Ended(name, 1006))
        elif isinstance(frame, Read):
            relay.on_read(frame)
        else:
            relay.on_frame(frame)

    async def _open(self, visitor: Visitor, node: str) -> EdgeRelay | None:
        """Have *node* serve the websocket; None if it refuses or does not answer."""
        name = visitor.name
        send = partial(self._post.send, node)
        relay = EdgeRelay(name, node, send, self._connections, self._forget)
        accepted = self._opening[name] = asyncio.get_running_loop().create_future()
        self._relays[name] = relay
        send(Open(*visitor))
        try:
            done, _ = await asyncio.wait([accepted], timeout=ANSWER_S)
            if done and accepted.result():
                return relay
        except asyncio.CancelledError:
            relay.on_close(1006)
            raise
        finally:
            del self._opening[name]
        relay.on_close(1006)
        return None

    async def _ask_for(self, account: AccountId, node: str) -> bool:
        """Ask *node* to hand a cart over, and say whether it has."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._handovers[account].add(answer)
        self._post.send(node, HandOver(account))
        try:
            done, _ = await asyncio.wait([answer], timeout=ANSWER_S)
            return bool(done)
        finally:
            self._handovers[account].discard(answer)
            if not self._handovers[account]:
                del self._handovers[account]

    def _forget(self, relay: EdgeRelay) -> None:
        self._relays.pop(relay.name, None)


def _settle(future: asyncio.Future[bool] | None, *, answer: bool) -> None:
    if future and not future.done():
        future.set_result(answer)
