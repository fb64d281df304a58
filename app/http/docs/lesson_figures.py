"""What it costs to ask for a cart: without a session, with one, and held in memory.

Each way is measured on the request at hand, and told as the messages of a sequence diagram.
"""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from quart import request

from app.domain.sessions import Session
from app.domain.totals import sum_up
from app.http.core.context import HttpContext
from app.http.core.session import find_login
from app.http.core.template_filters import items_text
from app.i18n.translate import gettext as _
from app.i18n.translate import ngettext
from app.protocol.encode import encode, to_json
from app.store.carts import load_cart
from app.store.query_counter import QueryCounter, Statement, count_queries

ASK, ANSWER, QUERY, ROWS = "1-2", "2-1", "2-3", "3-2"
"""From which lane to which: 1 is the browser, 2 the server, 3 the database."""
SHOWN_OF_COOKIE = 12
RESYNC = '{"t":"resync"}'
CLIENT_MASK, LENGTH_16, LENGTH_64 = 4, 126, 65_536
"""Bytes of a mask, and from which length on a frame header has 2 or 8 more (RFC 6455 §5.2)."""

_TABLE = re.compile(r"^(\w+)(?:.*?\b(?:FROM|INTO))? (\w+)")


class Message(NamedTuple):
    """An arrow of a diagram; `size` is in bytes, `text` is what was said."""

    way: str
    label: str
    text: str
    size: int | None = None
    ms: float | None = None

    @property
    def cost(self) -> str:
        """What is known of its cost: 312 bytes · 0.21 ms."""
        size = ngettext("%(num)s byte", "%(num)s bytes", self.size) if self.size else ""
        return " · ".join(filter(None, (size, milliseconds(self.ms) if self.ms else "")))


@dataclass(frozen=True, slots=True)
class Cost:
    """What answering cost; `told` is what the answer says."""

    told: dict[str, Any]
    bytes_out: int
    bytes_in: int
    server_ms: float
    counter: QueryCounter = field(repr=False)

    @property
    def shown(self) -> dict[str, str]:
        """The figures as the page shows them, by their names there."""
        spent = self.counter.spent
        return {
            "queries": f"{spent.queries}",
            "rows": f"{spent.rows}",
            "bytes_out": f"{self.bytes_out}",
            "bytes_in": f"{self.bytes_in}",
            "database": milliseconds(spent.ms) if spent.queries else _("nothing"),
            "server": milliseconds(self.server_ms),
        }

    @property
    def as_fields(self) -> dict[str, Any]:
        """What the endpoints answer with; `bytes_in` is what the shop received."""
        return {
            **self.told,
            "bytes_in": self.bytes_out,
            "server_ms": self.server_ms,
            **self.counter.spent._asdict(),
            "statements": statement_fields(self.counter.statements),
            "request": request_head(),
        }


async def without_session(context: HttpContext) -> Cost:
    """Answer without reading a cookie, so that each request is a new visitor."""
    began = time.perf_counter()
    with count_queries() as counter:
        stranger = f"stranger-{context.new_uuid()[:8]}"
    cookie = "sent, but not read" if "Cookie" in request.headers else "none"
    return _cost({"who": stranger, "cookie": cookie}, began, counter)


async def with_session(context: HttpContext) -> Cost | None:
    """Read the account and its cart from the database, even if the cart is open in memory."""
    began = time.perf_counter()
    with count_queries() as counter:
        if (login := await find_login(context)) is None:
            return None
        cart = await context.database.read(load_cart, login.account)
    count = sum_up(cart.lines, context.catalog.today).count
    items = items_text(count, sum(line.qty for line in cart.lines.values()) - count)
    about = {"who": login.name, "count": count, "items": items, "rev": cart.rev}
    return _cost(about, began, counter)


async def held_in_memory(context: HttpContext, login: Session) -> Cost:
    """Answer as over an open socket: from the live cart, which the connection keeps in memory."""
    async with context.hub.borrow(login.account, None) as cart:
        began = time.perf_counter()
        with count_queries() as counter:
            frame = encode(cart.snapshot())
        took_ms = (time.perf_counter() - began) * 1000
    asked = _frame_bytes(len(RESYNC)) + CLIENT_MASK
    told = {"rev": cart.saved.rev, "frame": frame.decode()}
    return Cost(told, asked, _frame_bytes(len(frame)), took_ms, counter)


def messages_over_http(cost: Cost) -> Iterator[Message]:
    """Yield the messages of a request, with what the server asked the database meanwhile."""
    told = cost.as_fields["who"]
    yield Message(ASK, _("Who am I?"), request_head(), cost.bytes_out)
    yield from _queries(cost.counter.statements)
    answer = _("“Hello, %(who)s.”", who=told)
    yield Message(ANSWER, answer, answer, cost.bytes_in, cost.server_ms)


def messages_in_frames(cost: Cost) -> Iterator[Message]:
    """Yield the messages of a question over an open socket."""
    yield Message(ASK, "resync", RESYNC, cost.bytes_out)
    yield Message(ANSWER, "snapshot", cost.told["frame"], cost.bytes_in, cost.server_ms)


def milliseconds(ms: float) -> str:
    """Return a duration with two decimals: 0.21 ms."""
    return f"{ms:.2f} ms"


def statement_fields(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    """Return what scripts are told of statements; their parameters are not among it."""
    return [{"sql": each.sql, "rows": each.rows, "ms": each.ms} for each in statements]


def request_head() -> str:
    """Return the head of the request as HTTP/1.1, but of its cookies only the beginning."""
    return "\n".join(
        f"{line[: len('Cookie: ') + SHOWN_OF_COOKIE]}…" if line.startswith("Cookie: ") else line
        for line in _head_lines()
    )


def _queries(statements: Iterable[Statement]) -> Iterator[Message]:
    for each in statements:
        yield Message(QUERY, _short(each.sql), each.sql, len(each.sql))
        rows = ngettext("%(num)s row", "%(num)s rows", each.rows)
        yield Message(ROWS, rows, rows, None, each.ms)


def _short(sql: str) -> str:
    """Return what a statement does to which table, such as SELECT sessions."""
    found = _TABLE.search(sql)
    return " ".join(found.groups()) if found else sql.partition(" ")[0]


def _cost(told: dict[str, Any], began: float, counter: QueryCounter) -> Cost:
    took_ms = (time.perf_counter() - began) * 1000
    return Cost(told, _request_bytes(), len(to_json(told)), took_ms, counter)


def _request_bytes() -> int:
    """Return the size of the request's head, blank line included."""
    return sum(len(line.encode()) + 2 for line in _head_lines()) + 2


def _head_lines() -> Iterator[str]:
    query = request.query_string.decode("latin-1")
    target = f"{request.root_path}{request.path}{'?' if query else ''}{query}"
    yield f"{request.method} {target} HTTP/1.1"
    for name, value in request.headers.items():
        yield f"{name}: {value}"


def _frame_bytes(length: int) -> int:
    """Return the bytes of a text frame from the server, with its header."""
    return length + (2 if length < LENGTH_16 else 4 if length < LENGTH_64 else 10)
