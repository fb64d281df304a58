"""A queue for scarce work that is fair to addresses, and to the networks that they are in."""

import asyncio
from collections import OrderedDict, deque

from app.services.client_network import wider_network
from app.services.errors import ServiceError

Waiting = deque["asyncio.Future[None]"]


class QueueFull(ServiceError):
    """Too much waits already, or others need the place more than who has most of them."""


class FairQueue:
    """Lets *at_once* run, and others wait; together at most *most*.

    Turns go round the networks, and in a network round its addresses. So an address waits for one
    turn of each of the others, however much they have in the queue. In a full queue who has most
    places gives up the newest of them to who has fewer.
    """

    def __init__(self, at_once: int, most: int):
        self._at_once = at_once
        self._most = most
        self._running = 0
        self._networks = OrderedDict[str, OrderedDict[str, Waiting]]()

    @property
    def size(self) -> int:
        """How many run or wait."""
        return self._running + sum(map(_count, self._networks.values()))

    async def join(self, address: str) -> None:
        """Wait for a turn of *address*, which `leave` ends.

        Raises QueueFull, now or when the place is needed by others.
        """
        if self.size >= self._most:
            self._make_room(address)
        elif self._running < self._at_once:
            self._running += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._networks.setdefault(wider_network(address), OrderedDict()).setdefault(
            address, deque()
        ).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._give_up(address, turn)
            raise

    def leave(self) -> None:
        """End a turn, and begin the next one."""
        self._running -= 1
        if self._networks:
            self._running += 1
            self._next().set_result(None)

    def _next(self) -> "asyncio.Future[None]":
        network, addresses = self._networks.popitem(last=False)
        address, waiting = addresses.popitem(last=False)
        turn = waiting.popleft()
        if waiting:
            addresses[address] = waiting
        if addresses:
            self._networks[network] = addresses
        return turn

    def _make_room(self, address: str) -> None:
        """Turn away the newest of who has most; raises QueueFull if that would be *address*."""
        network = wider_network(address)
        own = self._networks.get(network, OrderedDict())
        most = max(self._networks, key=lambda name: _count(self._networks[name]), default=network)
        crowd = self._networks.get(most, own)
        if _count(crowd) <= _count(own) + 1:
            most, crowd = network, own
        greediest = max(crowd, key=lambda name: len(crowd[name]), default=address)
        waiting = crowd.get(greediest, deque())
        if crowd is own and len(waiting) <= len(own.get(address, ())) + 1:
            raise QueueFull
        turn = waiting[-1]
        self._remove(most, greediest, turn)
        turn.set_exception(QueueFull())

    def _give_up(self, address: str, turn: "asyncio.Future[None]") -> None:
        if turn.cancelled():
            self._remove(wider_network(address), address, turn)
        elif turn.exception() is None:
            self.leave()

    def _remove(self, network: str, address: str, turn: "asyncio.Future[None]") -> None:
        addresses = self._networks[network]
        addresses[address].remove(turn)
        if not addresses[address]:
            del addresses[address]
        if not addresses:
            del self._networks[network]


def _count(addresses: OrderedDict[str, Waiting]) -> int:
    return sum(map(len, addresses.values()))
