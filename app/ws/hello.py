"""The first message of a tab, which its connection waits for."""

import asyncio

from app.protocol.decode import Hello
from app.protocol.json import BadFrame


class HelloWait:
    """Waits for the hello; the connection may be closed before it comes."""

    __slots__ = ("_hello",)

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._hello: asyncio.Future[Hello | None] = loop.create_future()

    async def hello(self, timeout_s: float) -> Hello | None:
        """Return the hello, or None if the connection was closed; may raise `TimeoutError`."""
        async with asyncio.timeout(timeout_s):
            return await self._hello

    def take(self, hello: Hello) -> None:
        """Take the hello; raises `BadFrame` if it is the second."""
        if self._hello.done():
            raise BadFrame("t: a second hello")
        self._hello.set_result(hello)

    def cancel(self) -> None:
        """Stop waiting, because the connection is closed."""
        if not self._hello.done():
            self._hello.set_result(None)
