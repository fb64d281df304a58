"""What monitoring asks: metrics, liveness and readiness.

There is no login, so it is served at an address of its own, for the machine or its private network.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from app.domain.errors import DatabaseUnavailable
from app.metrics.prometheus import CONTENT_TYPE

PLAIN = "text/plain; charset=utf-8"
PROBE_S = 2.5
"""How long the database has to answer: a little longer than it waits for a lock itself."""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Readiness:
    """Whether a load balancer should send new shoppers to this server.

    *probe* asks the database in the way that ops are saved, and raises `DatabaseUnavailable` in
    an outage. Requests that come together share one probe.
    """

    def __init__(self, probe: Callable[[], Awaitable[object]]):
        self._probe = probe
        self._probing: asyncio.Task[bool] | None = None
        self._is_leaving = False

    def leave(self) -> None:
        """Stop being ready, because the server is about to end."""
        self._is_leaving = True

    async def why_not(self) -> str:
        """Return why the shop is not ready, or an empty string if it is."""
        if self._is_leaving:
            return "the server is about to end"
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._answers())
        try:
            async with asyncio.timeout(PROBE_S):
                answers = await asyncio.shield(self._probing)
        except TimeoutError:
            answers = False
        return "" if answers else "the database is away"

    async def _answers(self) -> bool:
        try:
            await self._probe()
        except DatabaseUnavailable:
            return False
        return True


class Health:
    """An ASGI application with three addresses: `/metrics`, `/healthz` and `/readyz`."""

    def __init__(self, metrics: Callable[[], str], readiness: Readiness):
        self._metrics = metrics
        self._readiness = readiness

    def leave(self) -> None:
        """Stop being ready, because the server is about to end."""
        self._readiness.leave()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            status, text = HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD\n"
        else:
            status, text = await self._answer(scope["path"])
        kind = CONTENT_TYPE if scope["path"] == "/metrics" else PLAIN
        body = text.encode()
        headers = {"content-type": kind, "content-length": len(body), "cache-control": "no-store"}
        raw = [(name.encode(), str(value).encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": int(status), "headers": raw})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, path: str) -> tuple[HTTPStatus, str]:
        match path:
            case "/metrics":
                return HTTPStatus.OK, self._metrics()
            case "/healthz":
                return HTTPStatus.OK, "the shop is alive\n"
            case "/readyz":
                if why := await self._readiness.why_not():
                    return HTTPStatus.SERVICE_UNAVAILABLE, f"not ready: {why}\n"
                return HTTPStatus.OK, "ready\n"
            case _:
                return HTTPStatus.NOT_FOUND, "there are /metrics, /healthz and /readyz\n"
