"""Pages are made for a few requests of one network at a time; others of it wait for their turn.

There is one event loop. If an address asks for a hundred pages at once, everybody else would wait
until all of them are made; so they wait for one another, and the others for a few of them only.
"""

import asyncio
from collections.abc import Callable
from weakref import WeakValueDictionary

from app.http.core.security import SAFE_METHODS
from app.server.connection_limits import ConnectionLimits
from app.services.client_network import client_network
from app.ws.handshake_request import App, Receive, Scope, Send

AT_WORK = 3
CROWD = 2 * AT_WORK
"""More requests at a time than a browser has connections are a crowd."""
REST = 6
"""How long a turn rests in a crowd, as a multiple of what it took."""


class ConcurrencyLimit:
    """An ASGI application that passes on at most `AT_WORK` requests of a network to *app* at once.

    Only those that need no body: for one that comes slowly, others must not wait. A turn ends when
    the answer is made, and not when the client has read it.
    """

    def __init__(self, app: App, limits: ConnectionLimits):
        self.app = app
        self._limits = limits
        self._turns: WeakValueDictionary[str, _Turns] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when it is its turn."""
        if scope["type"] != "http" or scope["method"] not in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        turn = await self._turn(client_network((scope.get("client") or ("",))[0]))

        async def send_on(message: Scope) -> None:
            if message["type"] == "http.response.body":
                turn.end()
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        finally:
            turn.end()

    async def _turn(self, network: str) -> "_Turn":
        turns = self._turns.get(network)
        if turns is None:
            turns = self._turns[network] = _Turns()
        await turns.take()
        return _Turn(turns, lambda: self._limits.has_others(network))


class _Turns:
    """The turns of one network.

    A crowd's pages could be made without a pause, and others would wait for one of them in each
    turn of the event loop, of which their requests need several. So turns rest in a crowd.
    """

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_WORK)
        self._asked = 0

    async def take(self) -> None:
        self._asked += 1
        try:
            await self._slots.acquire()
        except asyncio.CancelledError:
            self._asked -= 1
            raise

    def give_back(self, rest_s: float) -> None:
        self._asked -= 1
        if rest_s and self._asked >= CROWD:
            asyncio.get_running_loop().call_later(rest_s, self._slots.release)
        else:
            self._slots.release()


class _Turn:
    """A turn that was taken, until `end`."""

    def __init__(self, turns: _Turns, has_others: Callable[[], bool]):
        self._turns: _Turns | None = turns
        self._has_others = has_others
        self._began_s = asyncio.get_running_loop().time()

    def end(self) -> None:
        """Give the turn back; a second time does nothing."""
        turns, self._turns = self._turns, None
        if turns is not None:
            took_s = asyncio.get_running_loop().time() - self._began_s
            turns.give_back(REST * took_s if self._has_others() else 0.0)
