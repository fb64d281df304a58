"""A complete server in the test's own process, without sockets, for HTTP requests."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

from quart import Quart, Response
from sqlalchemy import Connection, text

from app.runtime.build import build
from app.runtime.config import read_config
from app.server.concurrency_limit import ConcurrencyLimit
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from app.store.server_lock import acquire_server_lock
from app.ws.routes import Handshakes
from tests.e2e.raw_client import PASSWORD

HOST: Final = {"Host": "127.0.0.1:8000"}
SECRET: Final = "a secret for tests alone, long enough"
MAX_ATTEMPTS: Final = 400
FIRST_FAILURE: Final = 500
SOON_S: Final = 0.01
ADA: Final = {"email": "ada@shop.example", "password": PASSWORD, "name": "Ada"}
HOME: Final = {
    "name": "Ada", "line1": "1 Mill Lane", "line2": "", "city": "Bath", "postcode": "BA1 1AA",
}  # fmt: skip

Answer = tuple[int, Any]
"""A status, and the decoded body."""


class CancelAt:
    """Awaits a coroutine, and cancels the current task when it suspends for the *wait*-th time."""

    def __init__(self, awaited: Coroutine[Any, Any, Any], wait: int):
        self.waits = 0
        self._awaited = awaited
        self._wait = wait

    def __await__(self) -> Generator[Any, Any, Any]:
        """Await the coroutine step by step."""
        steps = self._awaited.__await__()
        error: BaseException | None = None
        while True:
            try:
                waits_for = steps.throw(error) if error else steps.send(None)
            except StopIteration as done:
                return done.value
            error = None
            self.waits += 1
            task = asyncio.current_task()
            if self.waits == self._wait and task:
                task.cancel()
            try:
                yield waits_for
            except BaseException as thrown:  # noqa: BLE001 - the coroutine handles it
                error = thrown


class InProcessShop(NamedTuple):
    """The app, its database file, and the session cookie of a new account."""

    app: Quart
    cookie: str
    file: Path

    async def send(self, method: str, path: str, body: object = None) -> Answer:
        """Send a request, and return the answer."""
        async with self._request(method, path, body):
            return await _read(await self.app.full_dispatch_request())

    async def send_until_final(self, method: str, path: str, body: object = None) -> Answer:
        """Send a request again until its answer is final."""
        answer: Answer = (0, {})
        for _ in range(MAX_ATTEMPTS):
            answer = await self.send(method, path, body)
            if _is_final(*answer):
                return answer
            await asyncio.sleep(SOON_S)
        raise AssertionError(f"{path}: the shop gives no final answer: {answer}")

    async def send_until_cancelled(
        self, wait: int, method: str, path: str, body: object = None
    ) -> bool:
        """Send a request, cancel its handler at a wait, and return whether it was cancelled."""

        async def handle() -> None:
            async with self._request(method, path, body):
                await CancelAt(self.app.full_dispatch_request(), wait)

        handling = asyncio.create_task(handle())
        await asyncio.wait([handling])
        return handling.cancelled()

    async def quantity(self, sku: str) -> int:
        """Return how many of *sku* are in the cart."""
        _, answer = await self.send_until_final("GET", "/api/cart")
        return sum(line["qty"] for line in answer["cart"]["lines"] if line["sku"] == sku)

    async def order_request(self) -> dict[str, Any]:
        """Return the body of a request to order the cart."""
        _, answer = await self.send_until_final("GET", "/api/cart")
        total = answer["cart"]["totals"]["total"]
        usual = {"key": str(uuid4()), "at": answer["at"], "total": total}
        return usual | {"deliver": HOME, "pay": "on_delivery"}

    def count(self, query: str) -> int:
        """Return the one number that an SQL query returns."""

        def scalar(connection: Connection) -> int:
            found: int = connection.execute(text(query)).scalar_one()
            return found

        engine = connect(f"sqlite:///{self.file}")
        try:
            return run_query(engine, scalar)
        finally:
            engine.dispose()

    def _request(self, method: str, path: str, body: object) -> Any:
        headers = {"Cookie": self.cookie, **HOST}
        given: dict[str, Any] = {} if body is None else {"json": body}
        return self.app.test_request_context(path, method=method, headers=headers, **given)


def op(n: int, sku: str, outbox: str) -> dict[str, object]:
    """Return the body of `POST /api/cart/ops` that adds one of *sku*."""
    return {"outbox": outbox, "ops": [{"n": n, "k": "line.add", "sku": sku, "qty": 1}]}


@asynccontextmanager
async def in_process_shop(home: Path) -> AsyncIterator[InProcessShop]:
    """Start a server as `shop run` does, but without sockets."""
    file, thresholds = home / "shop.db", gc.get_threshold()
    url = f"sqlite:///{file}"
    engine = connect(url)
    migrate(engine)
    run_query(engine, seed)
    engine.dispose()
    settings = {"SHOP_DATABASE": url, "SHOP_SECRET": SECRET, "SHOP_LIMITS": "load"}
    lock = acquire_server_lock(url, shared=False)
    server = build(read_config(settings), lock, lambda: None)
    limited = server.config.app
    assert isinstance(limited, ConcurrencyLimit)
    assert isinstance(limited.app, Handshakes)
    app = limited.app.app
    assert isinstance(app, Quart)
    try:
        async with app.test_app() as opened:
            client = opened.test_client()
            answer = await client.post("/api/accounts", json=ADA, headers=HOST)
            assert answer.status_code == 201, await answer.get_data(as_text=True)
            set_cookies = answer.headers.getlist("Set-Cookie")
            cookies = "; ".join(line.partition(";")[0] for line in set_cookies)
            yield InProcessShop(app, cookies, file)
    finally:
        lock.close()
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def _is_final(status: int, body: Any) -> bool:
    return status < FIRST_FAILURE and all("retry_ms" not in one for one in body.get("verdicts", ()))


async def _read(response: Any) -> Answer:
    assert isinstance(response, Response)
    return response.status_code, await response.get_json() or {}
