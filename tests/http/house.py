"""A shop with its doors open, on a scratch database, with a clock that stands still."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from quart import Quart, Response
from quart.typing import TestClientProtocol
from quart_auth import QuartAuth

from app.domain import allowance
from app.domain.cart import Account, Cart
from app.domain.limits import Limits
from app.domain.outbox import OutboxId
from app.domain.sessions import Lifetime
from app.domain.shelf import Money, Sku
from app.http.desk import Desk
from app.http.doors import open_doors
from app.http.passwords import Passwords
from app.http.throttle import Throttle
from app.http.tries import Turns
from app.live.hub import Hub
from app.live.ports import Away
from app.live.sessions import LiveSessions
from app.live.shelf import LiveShelf
from app.live.shop import Shop
from app.store.carts import load_cart, load_last, save_carts
from app.store.database import Database, NotNow
from app.store.shelf import load_categories, load_moves, set_product
from app.store.writer import Writer
from tests.examples import NOON

ROOT = Path(__file__).parents[2]
ORIGIN = "http://localhost"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "seven brown bricks"
ADA = {"email": "ada@shop.example", "password": PASSWORD, "name": "Ada"}


@dataclass
class Clock:
    """A clock that goes on only when told to."""

    at_s: float = NOON

    def now_s(self) -> float:
        """Return the time."""
        return self.at_s


@dataclass(frozen=True)
class Disk:
    """The database as live carts need it; `away` makes it unreachable for them."""

    database: Database
    gone: list[bool] = field(default_factory=list)

    async def cart(self, account: Account) -> Cart:
        """Return the cart as last saved."""
        if self.gone:
            raise Away
        return await self.database.read(load_cart, account)

    async def last(self, account: Account, outbox: OutboxId) -> int:
        """Return how far an outbox got."""
        return await self.database.read(load_last, account, outbox)


class Compiled(BytecodeCache):
    """Templates that an earlier shop has compiled already."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill *bucket* if its template is known."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember what is in *bucket*."""
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class FlakyDatabase(Database):
    """A database that can be taken away, and counts what it was asked."""

    def __init__(self, url: str):
        super().__init__(url)
        self.is_away = False
        self.is_broken = False
        self.writes_fail = False
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.saving = asyncio.Event()

    async def read(self, question: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer *question*, unless the database is away."""
        self.reads.append(question.__name__)
        if self.is_broken:
            raise ZeroDivisionError("for the log only")
        if self.is_away:
            raise NotNow("away")
        return await super().read(question, *args, **kwargs)

    async def write(self, question: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer *question* and commit, unless the database is away."""
        self.writes.append(question.__name__)
        if question is save_carts:
            self.saving.set()
        if self.is_away or self.writes_fail:
            raise NotNow("away")
        return await super().write(question, *args, **kwargs)


@dataclass(frozen=True)
class House:
    """The shop, and all that a test may want to turn a screw on."""

    app: Quart
    desk: Desk
    database: FlakyDatabase
    clock: Clock
    writer: Writer
    disk: Disk

    def visitor(self, address: str = "192.0.2.1") -> "Visitor":
        """Return somebody with a browser of their own, at *address*."""
        return Visitor(self.app.test_client(), address, self.desk.origins[0])

    async def ada(self, **fields: str) -> "Visitor":
        """Return somebody who has just registered, as Ada unless *fields* say otherwise."""
        visitor = self.visitor()
        answer = await visitor.send("/api/accounts", {**ADA, **fields})
        assert answer.status_code == 201, await answer.get_data(as_text=True)
        return visitor

    async def set_product(
        self, sku: str, *, price: int | None = None, stock: int | None = None
    ) -> None:
        """Change what is on the shelf, on disk and live."""
        money = None if price is None else Money(price)
        await self.database.write(set_product, Sku(sku), money, stock)
        await restock(self.database, self.desk.hub)


@dataclass(frozen=True)
class Visitor:
    """A browser, or a script, that speaks to the shop from an address."""

    client: TestClientProtocol
    address: str
    origin: str

    async def get(self, path: str, **headers: str) -> Response:
        """Ask for *path*."""
        return await self.ask("GET", path, headers)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Response:
        """Send a form, as a page of the shop would."""
        given = {"Origin": self.origin} | headers
        return await self.ask("POST", path, given, form=form or {})

    async def send(self, path: str, body: object, **headers: str) -> Response:
        """Send JSON, as a script would."""
        return await self.ask("POST", path, headers, json=body)

    async def ask(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Response:
        """Send any request."""
        scheme, _, host = self.origin.partition("://")
        return await self.client.open(
            path,
            method=method,
            headers={"Host": host, "User-Agent": "a test", **_dashed(headers)},
            scheme=scheme,
            scope_base={"client": (self.address, 50000)},
            **more,
        )

    async def form(self, path: str, page: str = "/shop", **fields: str) -> str:
        """Send a form of the cart with a fresh key, and return what the next page says of it."""
        answer = await self.post(path, {"key": str(uuid4()), "next": page, **fields})
        assert (answer.status_code, answer.location) == (303, page)
        return notices(await text(await self.get(page)))

    async def cart(self) -> dict[str, Any]:
        """Return the cart as scripts see it."""
        cart: dict[str, Any] = await fields(await self.get("/api/cart"))
        return cart

    async def lines(self) -> dict[str, int]:
        """Return how many of what is in the cart."""
        return {line["sku"]: line["qty"] for line in (await self.cart())["cart"]["lines"]}


@asynccontextmanager
async def open_house(
    url: str, *, hasher: PasswordHasher = CHEAP, limits: Limits | None = None, **changes: Any
) -> AsyncIterator[House]:
    """Open a shop whose desk is as usual but for *changes*."""
    clock, database = Clock(), FlakyDatabase(url)
    writer, disk = Writer(database, clock.now_s), Disk(database)
    shop = Shop(LiveShelf(), writer, limits or Limits(), clock.now_s, clock.now_s)
    hub = Hub(disk, shop)
    await restock(database, hub)
    lifetime = changes.get("lifetime", Lifetime())
    usual = Desk(
        database=database,
        hub=hub,
        sessions=LiveSessions(lifetime, clock.now_s),
        categories=list(await database.read(load_categories)),
        origins=(ORIGIN,),
        lifetime=lifetime,
        passwords=Passwords(hasher),
        free_failures=4,
        registrations=Throttle(allowance.Bucket(10, 1), clock.now_s),
        turns=Turns(),
        now_s=clock.now_s,
        new_secret=lambda: secrets.token_urlsafe(32),
        new_uuid=lambda: str(uuid4()),
        new_epoch=lambda: secrets.token_hex(4),
    )
    desk = replace(usual, **changes)
    database.reads.clear()
    saving = asyncio.create_task(_save(writer, hub))
    yield House(_make_app(desk), desk, database, clock, writer, disk)
    writer.close()
    await saving
    desk.passwords.close()
    database.close()


async def restock(database: Database, hub: Hub) -> None:
    """Bring what has moved on disk to the live shelf."""
    moves = await database.read(load_moves, hub.shop.shelf.moved)
    hub.restock(moves.moved, moves.shelf)


async def text(answer: Response) -> str:
    """Return a page as people read it, entities resolved."""
    return unescape(await answer.get_data(as_text=True))


async def fields(answer: Response) -> Any:
    """Return what an answer says in JSON."""
    return await answer.get_json(force=True)


async def code(answer: Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    assert answer.content_type == "application/problem+json"
    said = await fields(answer)
    assert said["status"] == answer.status_code
    return answer.status_code, said["code"]


def notices(page: str) -> str:
    """Return what stands at the top of *page*."""
    said = re.findall(r'<li class="notice notice-(\w+)">(.*?)</li>', page, re.DOTALL)
    return "; ".join(f"{kind}: {_without_tags(body)}" for kind, body in said)


async def _save(writer: Writer, hub: Hub) -> None:
    async for commit in writer.commits():
        hub.announce(commit.saved)
        hub.outrun(commit.stale)
        hub.doubt(commit.unknown)
        hub.lose(commit.broken)


def _make_app(desk: Desk) -> Quart:
    app = Quart("app", root_path=str(ROOT / "app"), template_folder="../templates")
    app.static_folder = str(ROOT / "static")
    app.jinja_options = {"bytecode_cache": COMPILED}
    app.secret_key = "a key for tests only, and long enough"
    prefix = "__Host-" if desk.is_https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}shop-notices",
        SESSION_COOKIE_SECURE=desk.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    QuartAuth(
        app,
        cookie_name=f"{prefix}shop",
        cookie_secure=desk.is_https,
        duration=desk.lifetime.absolute_s,
    )
    open_doors(app, desk)
    return app


def _without_tags(body: str) -> str:
    return re.sub("<.*?>", "", body, flags=re.DOTALL).strip()


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
