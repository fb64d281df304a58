"""A naive implementation of the shop, the baseline of `bench.compare` (decision 0019).

    python -m bench.naive_shop PORT DATABASE

Quart, an async ORM session and a commit for each op. It keeps the same promises on the happy path:
an op is on disk before it is answered, is applied once, and reaches all tabs. It is served by
Uvicorn on uvloop, SQLite is as durable as the shop's (WAL, FULL), and there is one connection,
because with more of them SQLite reports that it is locked.
"""

import json
import sys
from asyncio import Lock
from collections import defaultdict
from secrets import token_hex
from socket import socket
from typing import Any

import uvicorn
from argon2 import PasswordHasher
from quart import Quart, Response, request, websocket
from quart_auth import AuthUser, QuartAuth, current_user, login_user
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PRICE = 250


class Base(AsyncAttrs, DeclarativeBase):
    """The base class of all tables."""


class Account(Base):
    """An account, with the revision of its cart."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    rev: Mapped[int] = mapped_column(default=0)


class Line(Base):
    """A line of a cart."""

    __tablename__ = "lines"
    account: Mapped[str] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    qty: Mapped[int]


class AppliedOp(Base):
    """An op that was applied, so that a repeat is not applied again."""

    __tablename__ = "done"
    outbox: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    rev: Mapped[int]


def build(database: str) -> Quart:
    """Return the application."""
    app = Quart(__name__)
    app.secret_key = token_hex(16)
    app.config.update(QUART_AUTH_COOKIE_NAME="shop", QUART_AUTH_COOKIE_SECURE=False)
    QuartAuth(app)
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}", pool_size=1, max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    tabs: defaultdict[str, set[Any]] = defaultdict(set)
    locks: defaultdict[str, Lock] = defaultdict(Lock)

    @event.listens_for(engine.sync_engine, "connect")
    def _be_durable(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @app.before_serving
    async def open_shop() -> None:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    @app.post("/api/accounts")
    async def register() -> tuple[dict[str, str], int]:
        fields = await request.get_json()
        hashed = PasswordHasher().hash(fields["password"])
        account = Account(id=f"u-{token_hex(8)}", email=fields["email"], password=hashed)
        async with sessions() as session:
            session.add(account)
            await session.commit()
        login_user(AuthUser(account.id))
        return {"account": account.id}, 201

    @app.websocket("/ws")
    async def cart() -> Response | None:
        account = current_user.auth_id
        if account is None:
            return Response(status=401)
        await websocket.accept(subprotocol=websocket.requested_subprotocols[0])
        hello = json.loads(await websocket.receive())
        tab = websocket._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001
        tabs[account].add(tab)
        try:
            await tab.send(text({"t": "tabs", "n": len(tabs[account])}))
            while True:
                op = json.loads(await websocket.receive())
                async with locks[account]:
                    patch = await apply_op(sessions, account, hello["outbox"], op)
                    await tab.send(text({"t": "ok", "n": op["n"], "rev": patch["rev"]}))
                    for each in list(tabs[account]):
                        await each.send(text(patch))
        finally:
            tabs[account].discard(tab)

    return app


async def apply_op(
    sessions: async_sessionmaker[AsyncSession], account: str, outbox: str, op: dict[str, Any]
) -> dict[str, Any]:
    """Apply an op, unless it was applied before, and return the patch."""
    async with sessions() as session:
        if (applied := await session.get(AppliedOp, (outbox, op["n"]))) is not None:
            return {"t": "patch", "rev": applied.rev}
        shopper = await session.get_one(Account, account)
        shopper.rev += 1
        line = await session.merge(Line(account=account, sku=op["sku"], qty=op["qty"]))
        session.add(AppliedOp(outbox=outbox, n=op["n"], rev=shopper.rev))
        await session.flush()
        lines = (await session.scalars(select(Line).where(Line.account == account))).all()
        await session.commit()
    total = sum(PRICE * each.qty for each in lines)
    shown = {"sku": line.sku, "qty": line.qty, "price": PRICE}
    return {"t": "patch", "rev": shopper.rev, "lines": {line.sku: shown}, "total": total}


def text(message: dict[str, Any]) -> str:
    """Return *message* as JSON text."""
    return json.dumps(message, separators=(",", ":"))


class Server(uvicorn.Server):
    """A server that prints when it is ready."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then print the address."""
        await super().startup(sockets)
        print(f"The shop is open at http://127.0.0.1:{self.config.port} (Ctrl+C closes it).")
        sys.stdout.flush()


if __name__ == "__main__":
    shop, port = build(sys.argv[2]), int(sys.argv[1])
    Server(uvicorn.Config(shop, port=port, log_level="warning", loop="uvloop")).run()
