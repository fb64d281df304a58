"""A shop on a loopback port that keeps its promises, but for one fault that a test plants."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from http import HTTPStatus
from typing import assert_never

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from app.domain.cart import AccountId, Cart
from app.domain.catalog import Sku
from app.domain.limits import Limits
from app.domain.ops import BadOp
from app.domain.outbox import OpRef, Outbox, OutboxId
from app.domain.position import position, snapshot_reason
from app.domain.rules import rule
from app.domain.verdicts import Verdict
from app.load.account_setup import Kept
from app.protocol.decode import ClientMessage, Hello, Ping, Resync, SubmitOp, Watch, decode
from app.protocol.encode import cart_fields, encode, to_json
from app.protocol.messages import By, Need, ServerMessage, Tabs, Welcome
from app.protocol.projections import all_prices_message, patch_message, snapshot_message
from tests.examples import APPLES, MILK, NOON, catalog_of, product

SKUS = (APPLES, MILK, *(Sku(f"thing-{n}") for n in range(10)))
CATALOG = catalog_of(*(product(sku, sku, 100, stock=300) for sku in SKUS))
SOMETIMES = 10
EARLY, LATE = 40, 60


class Fault(StrEnum):
    """What a shop may do wrong; the first four are the classic ones."""

    ANSWERS_BEFORE_IT_SAVES = "an answer before the commit, and a restart"
    APPLIES_A_REPEAT = "a repeat applied again"
    TELLS_A_STRANGER = "a patch to the wrong account"
    DROPS_A_PATCH = "a dropped patch"
    DROPS_THE_LAST_PATCHES = "patches that never come"
    TELLS_BEFORE_IT_ANSWERS = "a patch before its verdict"
    FORGETS_AN_OP = "an ok without an effect"
    CHANGES_ITS_MIND = "another verdict for a repeat"
    WELCOMES_A_STRANGER = "a tab welcomed as somebody else"


class Tab:
    """The shop's end of a socket."""

    def __init__(self, socket: ServerConnection, account: AccountId, hello: Hello):
        self.socket = socket
        self.account = account
        self.name = hello.tab
        self.outbox = hello.outbox

    def tell(self, *news: ServerMessage) -> None:
        """Send these; whoever has gone does not hear them."""
        with suppress(OSError, InvalidState):
            for one in news:
                self.socket.protocol.send_text(encode(one))
            self.socket.send_data()


class ShadyShop:
    """Carts in memory and on a disk of its own kind, and whoever looks at them."""

    def __init__(self, fault: Fault | None):
        self.url = ""
        self._fault = fault
        self._disk: dict[AccountId, Cart] = {}
        self._carts: dict[AccountId, Cart] = {}
        self._tabs: defaultdict[AccountId, list[Tab]] = defaultdict(list)
        self._ops = 0

    def cart(self, account: AccountId) -> Cart:
        """Return the cart of *account*."""
        return self._carts.setdefault(account, Cart(account, "7c1d"))

    async def serve(self, socket: ServerConnection) -> None:
        """Serve a tab for as long as it stays."""
        assert socket.request
        account = account_of(socket.request)
        with suppress(ConnectionClosed):
            hello = decode(await heard(socket))
            assert isinstance(hello, Hello)
            tab = Tab(socket, account, hello)
            self._let_in(tab, hello)
            try:
                async for frame in socket:
                    assert isinstance(frame, str)
                    self._hear(tab, decode(frame))
            finally:
                self._tabs[account].remove(tab)

    def answer(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer what is asked over HTTP: the cart, and what there is to buy."""
        match request.path.partition("?")[0]:
            case "/ws":
                return None
            case "/api/cart":
                cart = self.cart(account_of(request))
                snapshot = snapshot_message(cart, CATALOG, NOON)
                fields = {"at": position(cart), "rev": cart.rev, "cart": cart_fields(snapshot.cart)}
            case _:
                fields = {"products": [card(sku) for sku in SKUS], "next": None}
        return socket.respond(HTTPStatus.OK, to_json(fields))

    def _let_in(self, tab: Tab, hello: Hello) -> None:
        cart, fault = self.cart(tab.account), self._fault
        outbox = cart.outboxes.get(hello.outbox, Outbox())
        said = filter(None, map(outbox.recall, hello.pend))
        why = snapshot_reason(hello.at, cart)
        who = AccountId("u-9") if fault is Fault.WELCOMES_A_STRANGER else tab.account
        verdicts = tuple(each.verdict for each in said)
        left_ms, beat_ms = 10**9, 20_000
        tab.tell(
            Welcome(who, "w1", "c1", why, outbox.last, verdicts, beat_ms, left_ms, Limits()),
            snapshot_message(cart, CATALOG, NOON)
            if why
            else all_prices_message(cart, CATALOG, NOON),
        )
        self._tabs[tab.account].append(tab)
        tab.tell(Tabs(len(self._tabs[tab.account])))

    def _hear(self, tab: Tab, message: ClientMessage) -> None:
        match message:
            case SubmitOp():
                self._ask(tab, message)
            case Resync():
                tab.tell(snapshot_message(self.cart(tab.account), CATALOG, NOON))
            case Hello() | Watch() | Ping():
                raise AssertionError(message)
            case _:
                assert_never(message)

    def _ask(self, tab: Tab, asked: SubmitOp) -> None:
        cart = self.cart(tab.account)
        outbox = cart.outboxes.get(tab.outbox, Outbox())
        if asked.n > outbox.last + 1:
            tab.tell(Need(outbox.last + 1))
        elif asked.n == outbox.last + 1:
            self._do(tab, asked, cart)
        else:
            self._repeat(tab, asked, outbox, cart)

    def _do(self, tab: Tab, asked: SubmitOp, cart: Cart, first: Verdict | None = None) -> None:
        self._ops += 1
        ruling = rule(cart, OpRef(tab.outbox, asked.n, asked.body), asked.op, CATALOG, NOON)
        kept = ruling.cart
        if self._fault is Fault.FORGETS_AN_OP and self._ops % SOMETIMES == 0:
            kept = kept._replace(lines=cart.lines, content=cart.content)
        self._carts[tab.account] = kept
        if not (self._fault is Fault.ANSWERS_BEFORE_IT_SAVES and self._ops > EARLY):
            self._disk[tab.account] = kept
        told: list[ServerMessage] = [first or ruling.verdict]
        if ruling.patch and not isinstance(asked.op, BadOp):
            by = By(tab.name, tab.outbox, asked.n, asked.op.kind)
            told.append(patch_message(ruling.cart, ruling.patch, by, None, CATALOG, NOON))
        self._tell(tab, told)
        if self._fault is Fault.ANSWERS_BEFORE_IT_SAVES and self._ops == LATE:
            self._restart()

    def _repeat(self, tab: Tab, asked: SubmitOp, outbox: Outbox, cart: Cart) -> None:
        said = outbox.recall(asked.n)
        assert said
        if self._fault is Fault.APPLIES_A_REPEAT:
            earlier = cart._replace(outboxes=before(cart, tab.outbox, asked.n))
            self._do(tab, asked, earlier, said.verdict)
            self._carts[tab.account] = self.cart(tab.account)._replace(outboxes=cart.outboxes)
        elif self._fault is Fault.CHANGES_ITS_MIND:
            tab.tell(said.verdict._replace(rev=said.verdict.rev + 1))
        else:
            tab.tell(said.verdict)

    def _tell(self, asker: Tab, told: list[ServerMessage]) -> None:
        first, *patches = reversed(told) if self._swaps else told
        asker.tell(first)
        for tab in self._audience(asker):
            tab.tell(*patches)

    @property
    def _swaps(self) -> bool:
        return self._fault is Fault.TELLS_BEFORE_IT_ANSWERS and self._ops % SOMETIMES == 0

    def _audience(self, asker: Tab) -> list[Tab]:
        tabs = list(self._tabs[asker.account])
        is_now = self._ops % SOMETIMES == 0
        if self._fault is Fault.DROPS_A_PATCH and is_now:
            return tabs[1:]
        if self._fault is Fault.DROPS_THE_LAST_PATCHES and self._ops > LATE:
            return tabs[1:]
        if self._fault is Fault.TELLS_A_STRANGER and is_now:
            return tabs + [one for tabs in self._tabs.values() for one in tabs[:1]]
        return tabs

    def _restart(self) -> None:
        self._carts = dict(self._disk)
        for tab in [tab for tabs in self._tabs.values() for tab in tabs]:
            tab.socket.transport.abort()


def before(cart: Cart, outbox: OutboxId, n: int) -> Mapping[OutboxId, Outbox]:
    """Return the outboxes of *cart* as if op *n* had never come."""
    return {**cart.outboxes, outbox: Outbox(n - 1)}


def account_of(request: Request) -> AccountId:
    """Return whose login a request has; the cookie says it."""
    return AccountId(request.headers["Cookie"].removeprefix("shop="))


async def heard(socket: ServerConnection) -> str:
    """Return the next frame, which must be text."""
    frame = await socket.recv()
    assert isinstance(frame, str)
    return frame


def card(sku: Sku) -> dict[str, object]:
    """Return a product as it is listed."""
    told = {"name": sku, "unit": "each", "category": "fruit", "price": 100, "stock": None}
    return {"sku": sku, "state": "ok", **told}


def people(count: int) -> list[Kept]:
    """Return so many accounts of a shady shop, where nobody needs a password."""
    return [Kept(f"{n}@load.example", "", f"u-{n}", f"shop=u-{n}") for n in range(count)]


@asynccontextmanager
async def shady_shop(fault: Fault | None = None) -> AsyncIterator[ShadyShop]:
    """Open a shop on a free port."""
    shop = ShadyShop(fault)
    async with serve(
        shop.serve,
        "127.0.0.1",
        0,
        process_request=shop.answer,
        subprotocols=[Subprotocol("shop.cart.v1")],
        compression=None,
        ping_interval=None,
        close_timeout=0.2,
    ) as server:
        shop.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield shop
    await asyncio.sleep(0)
