"""A small server of the protocol that is correct, except for one planted fault."""

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
from app.load.account_setup import StoredAccount
from app.protocol.decode import ClientMessage, Hello, Ping, Resync, SubmitOp, Watch, decode
from app.protocol.encode import cart_fields, encode, to_json
from app.protocol.messages import By, Need, ServerMessage, Tabs, Welcome
from app.protocol.projections import all_prices_message, patch_message, snapshot_message
from tests.examples import APPLES, MILK, NOON, catalog_of, product

SKUS = (APPLES, MILK, *(Sku(f"thing-{n}") for n in range(10)))
CATALOG = catalog_of(*(product(sku, sku, 100, stock=300) for sku in SKUS))
EVERY_NTH = 10
UNSAVED_AFTER_OPS, FAULT_AFTER_OPS = 40, 60


class Fault(StrEnum):
    """The faults that can be planted; the first four are the classic ones."""

    ANSWERS_BEFORE_IT_SAVES = "an answer before the commit, and a restart"
    APPLIES_A_REPEAT = "a repeat applied again"
    SENDS_TO_ANOTHER_ACCOUNT = "a patch to the wrong account"
    DROPS_A_PATCH = "a dropped patch"
    DROPS_THE_LAST_PATCHES = "patches that never come"
    SENDS_PATCH_BEFORE_VERDICT = "a patch before its verdict"
    FORGETS_AN_OP = "an ok without an effect"
    CHANGES_A_VERDICT = "another verdict for a repeat"
    WELCOMES_ANOTHER_ACCOUNT = "a tab welcomed as somebody else"


class Tab:
    """The server's end of a tab's websocket."""

    def __init__(self, socket: ServerConnection, account: AccountId, hello: Hello):
        self.socket = socket
        self.account = account
        self.name = hello.tab
        self.outbox = hello.outbox

    def send(self, *messages: ServerMessage) -> None:
        """Send messages; do nothing if the websocket is closed."""
        with suppress(OSError, InvalidState):
            for message in messages:
                self.socket.protocol.send_text(encode(message))
            self.socket.send_data()


class FaultyShop:
    """Carts in memory and on a simulated disk, and the open tabs."""

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
        """Serve a tab until its websocket closes."""
        assert socket.request
        account = account_of(socket.request)
        with suppress(ConnectionClosed):
            hello = decode(await receive_text(socket))
            assert isinstance(hello, Hello)
            tab = Tab(socket, account, hello)
            self._welcome(tab, hello)
            try:
                async for frame in socket:
                    assert isinstance(frame, str)
                    self._on_message(tab, decode(frame))
            finally:
                self._tabs[account].remove(tab)

    def answer(self, socket: ServerConnection, request: Request) -> Response | None:
        """Respond to HTTP requests: the cart, and the list of products."""
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

    def _welcome(self, tab: Tab, hello: Hello) -> None:
        cart, fault = self.cart(tab.account), self._fault
        outbox = cart.outboxes.get(hello.outbox, Outbox())
        recorded = filter(None, map(outbox.recall, hello.pend))
        reason = snapshot_reason(hello.at, cart)
        account = AccountId("u-9") if fault is Fault.WELCOMES_ANOTHER_ACCOUNT else tab.account
        verdicts = tuple(each.verdict for each in recorded)
        left_ms, beat_ms = 10**9, 20_000
        tab.send(
            Welcome(account, "w1", "c1", reason, outbox.last, verdicts, beat_ms, left_ms, Limits()),
            snapshot_message(cart, CATALOG, NOON)
            if reason
            else all_prices_message(cart, CATALOG, NOON),
        )
        self._tabs[tab.account].append(tab)
        tab.send(Tabs(len(self._tabs[tab.account])))

    def _on_message(self, tab: Tab, message: ClientMessage) -> None:
        match message:
            case SubmitOp():
                self._on_op(tab, message)
            case Resync():
                tab.send(snapshot_message(self.cart(tab.account), CATALOG, NOON))
            case Hello() | Watch() | Ping():
                raise AssertionError(message)
            case _:
                assert_never(message)

    def _on_op(self, tab: Tab, op: SubmitOp) -> None:
        cart = self.cart(tab.account)
        outbox = cart.outboxes.get(tab.outbox, Outbox())
        if op.n > outbox.last + 1:
            tab.send(Need(outbox.last + 1))
        elif op.n == outbox.last + 1:
            self._apply(tab, op, cart)
        else:
            self._repeat(tab, op, outbox, cart)

    def _apply(self, tab: Tab, op: SubmitOp, cart: Cart, first: Verdict | None = None) -> None:
        self._ops += 1
        ruling = rule(cart, OpRef(tab.outbox, op.n, op.body), op.op, CATALOG, NOON)
        kept = ruling.cart
        if self._fault is Fault.FORGETS_AN_OP and self._ops % EVERY_NTH == 0:
            kept = kept._replace(lines=cart.lines, content=cart.content)
        self._carts[tab.account] = kept
        if not (self._fault is Fault.ANSWERS_BEFORE_IT_SAVES and self._ops > UNSAVED_AFTER_OPS):
            self._disk[tab.account] = kept
        messages: list[ServerMessage] = [first or ruling.verdict]
        if ruling.patch and not isinstance(op.op, BadOp):
            by = By(tab.name, tab.outbox, op.n, op.op.kind)
            messages.append(patch_message(ruling.cart, ruling.patch, by, None, CATALOG, NOON))
        self._publish(tab, messages)
        if self._fault is Fault.ANSWERS_BEFORE_IT_SAVES and self._ops == FAULT_AFTER_OPS:
            self._restart()

    def _repeat(self, tab: Tab, op: SubmitOp, outbox: Outbox, cart: Cart) -> None:
        recorded = outbox.recall(op.n)
        assert recorded
        if self._fault is Fault.APPLIES_A_REPEAT:
            earlier = cart._replace(outboxes=without_op(cart, tab.outbox, op.n))
            self._apply(tab, op, earlier, recorded.verdict)
            self._carts[tab.account] = self.cart(tab.account)._replace(outboxes=cart.outboxes)
        elif self._fault is Fault.CHANGES_A_VERDICT:
            tab.send(recorded.verdict._replace(rev=recorded.verdict.rev + 1))
        else:
            tab.send(recorded.verdict)

    def _publish(self, sender: Tab, messages: list[ServerMessage]) -> None:
        first, *patches = reversed(messages) if self._is_swapped else messages
        sender.send(first)
        for tab in self._recipients(sender):
            tab.send(*patches)

    @property
    def _is_swapped(self) -> bool:
        return self._fault is Fault.SENDS_PATCH_BEFORE_VERDICT and self._ops % EVERY_NTH == 0

    def _recipients(self, sender: Tab) -> list[Tab]:
        tabs = list(self._tabs[sender.account])
        is_nth = self._ops % EVERY_NTH == 0
        if self._fault is Fault.DROPS_A_PATCH and is_nth:
            return tabs[1:]
        if self._fault is Fault.DROPS_THE_LAST_PATCHES and self._ops > FAULT_AFTER_OPS:
            return tabs[1:]
        if self._fault is Fault.SENDS_TO_ANOTHER_ACCOUNT and is_nth:
            return tabs + [one for tabs in self._tabs.values() for one in tabs[:1]]
        return tabs

    def _restart(self) -> None:
        self._carts = dict(self._disk)
        for tab in [tab for tabs in self._tabs.values() for tab in tabs]:
            tab.socket.transport.abort()


def without_op(cart: Cart, outbox: OutboxId, n: int) -> Mapping[OutboxId, Outbox]:
    """Return the outboxes of *cart* as they were before op *n*."""
    return {**cart.outboxes, outbox: Outbox(n - 1)}


def account_of(request: Request) -> AccountId:
    """Return the account that a request's cookie names."""
    return AccountId(request.headers["Cookie"].removeprefix("shop="))


async def receive_text(socket: ServerConnection) -> str:
    """Receive the next frame, which must be text."""
    frame = await socket.recv()
    assert isinstance(frame, str)
    return frame


def card(sku: Sku) -> dict[str, object]:
    """Return the fields of a product in the list."""
    fields = {"name": sku, "unit": "each", "category": "fruit", "price": 100, "stock": None}
    return {"sku": sku, "state": "ok", **fields}


def stored_accounts(count: int) -> list[StoredAccount]:
    """Return *count* accounts of this server, which checks no passwords."""
    return [StoredAccount(f"{n}@load.example", "", f"u-{n}", f"shop=u-{n}") for n in range(count)]


@asynccontextmanager
async def faulty_shop(fault: Fault | None = None) -> AsyncIterator[FaultyShop]:
    """Listen on a free port."""
    shop = FaultyShop(fault)
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
