"""A small server of the protocol that is correct, except for one planted fault."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple, assert_never

from msgspec import UNSET
from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.catalog import Sku
from app.domain.holds import HoldState
from app.domain.languages import ENGLISH
from app.domain.limits import Limits
from app.domain.ops import BadOp
from app.domain.outbox import OpRef, Outbox, OutboxId
from app.domain.position import position, snapshot_reason
from app.domain.rules import rule
from app.domain.totals import price_cart
from app.domain.verdicts import Verdict
from app.load.account_setup import StoredAccount
from app.protocol.changes import CartChange, committed_change
from app.protocol.decode import ClientMessage, Hello, Ping, Resync, SubmitOp, Watch, decode
from app.protocol.encode import cart_fields, encode, to_json
from app.protocol.localize import verdict_message
from app.protocol.messages import By, Need, PatchMessage, ServerMessage, Tabs, Welcome
from app.protocol.projections import all_prices_message, patch_message, snapshot_message
from tests.examples import APPLES, MILK, NOON, catalog_of, product

SKUS = (APPLES, MILK, *(Sku(f"thing-{n}") for n in range(10)))
CATALOG = catalog_of(*(product(sku, sku, 100, stock=300) for sku in SKUS))
EVERY_NTH = 10
COMMIT_S = 0.001
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
    LEAVES_OUT_AN_OP = "a patch that does not name one of its ops"
    NAMES_OPS_IN_ANOTHER_ORDER = "a patch that names its ops in another order"
    SHOWS_ANOTHER_QUANTITY = "a patch with another quantity"
    SHOWS_A_HOLD_OF_NOTHING = "a line that is held, of which there is nothing"


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


class Answer(NamedTuple):
    """A verdict that is sent after a commit, and what its op changed."""

    tab: Tab
    verdict: Verdict
    change: CartChange | None


class FaultyShop:
    """Carts in memory and on a simulated disk, and the open tabs; it commits a few ops at once."""

    def __init__(self, fault: Fault | None):
        self.url = ""
        self._fault = fault
        self._disk: dict[AccountId, Cart] = {}
        self._carts: dict[AccountId, Cart] = {}
        self._uncommitted: dict[AccountId, Cart] = {}
        self._batches: defaultdict[AccountId, list[Answer]] = defaultdict(list)
        self._tabs: defaultdict[AccountId, list[Tab]] = defaultdict(list)
        self._ops = 0
        self._commits = 0
        self._has_restarted = False

    def cart(self, account: AccountId) -> Cart:
        """Return the committed cart of *account*."""
        return self._carts.setdefault(account, Cart(account, "7c1d"))

    async def serve(self, socket: ServerConnection) -> None:
        """Serve a tab until its websocket closes."""
        assert socket.request
        account = account_of(socket.request)
        with suppress(ConnectionClosed):
            hello = decode(await socket.recv(decode=False))
            assert isinstance(hello, Hello)
            tab = Tab(socket, account, hello)
            self._welcome(tab, hello)
            try:
                while True:
                    self._on_message(tab, decode(await socket.recv(decode=False)))
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
        tab.send(
            Welcome(
                AccountId("u-9") if fault is Fault.WELCOMES_ANOTHER_ACCOUNT else tab.account,
                "w1",
                "c1",
                "snapshot" if reason else "same",
                outbox.last,
                tuple(verdict_message(each.verdict, ENGLISH) for each in recorded),
                heartbeat_ms=20_000,
                session_left_ms=10**9,
                limits=Limits(),
                why=reason or UNSET,
            ),
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
        cart = self._latest(tab.account)
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
        kept, change = ruling.cart, None
        if self._fault is Fault.FORGETS_AN_OP and self._ops % EVERY_NTH == 0:
            kept = replace(kept, lines=cart.lines, content=cart.content)
        if ruling.patch and not isinstance(op.op, BadOp):
            by = By(tab.name, tab.outbox, op.n, op.op.kind)
            change = CartChange(ruling.patch, by)
        self._uncommitted[tab.account] = kept
        self._answer(tab, first or ruling.verdict, change)

    def _repeat(self, tab: Tab, op: SubmitOp, outbox: Outbox, cart: Cart) -> None:
        recorded = outbox.recall(op.n)
        assert recorded
        verdict = recorded.verdict
        if self._fault is Fault.APPLIES_A_REPEAT:
            earlier = replace(cart, outboxes=without_op(cart, tab.outbox, op.n))
            self._apply(tab, op, earlier, verdict)
            applied = self._latest(tab.account)
            self._uncommitted[tab.account] = replace(applied, outboxes=cart.outboxes)
        elif self._fault is Fault.CHANGES_A_VERDICT:
            self._answer(tab, replace(verdict, rev=verdict.rev + 1), None)
        else:
            self._answer(tab, verdict, None)

    def _latest(self, account: AccountId) -> Cart:
        """Return the cart with the ops that are not committed yet."""
        return self._uncommitted.get(account) or self.cart(account)

    def _answer(self, tab: Tab, verdict: Verdict, change: CartChange | None) -> None:
        """Have *verdict* sent after the next commit; ops that come soon share it."""
        batch = self._batches[tab.account]
        batch.append(Answer(tab, verdict, change))
        if len(batch) == 1:
            asyncio.get_running_loop().call_later(COMMIT_S, self._commit, tab.account)

    def _commit(self, account: AccountId) -> None:
        batch = self._batches.pop(account, [])
        cart = self._carts[account] = self._latest(account)
        self._uncommitted.pop(account, None)
        is_faulty = self._fault is Fault.ANSWERS_BEFORE_IT_SAVES
        if not (is_faulty and self._ops > UNSAVED_AFTER_OPS):
            self._disk[account] = cart
        self._publish(account, batch, self._patch(cart, [one.change for one in batch]))
        if is_faulty and self._ops >= FAULT_AFTER_OPS and not self._has_restarted:
            self._restart()

    def _patch(self, cart: Cart, changes: Sequence[CartChange | None]) -> PatchMessage | None:
        """Return the one patch of a commit that made *cart*, which may have a planted fault."""
        made = [change for change in changes if change]
        if not made:
            return None
        change = committed_change(made)
        _, totals = price_cart(cart, CATALOG, NOON)
        patch = patch_message(cart, change.patch, change.by, UNSET, totals, CATALOG)
        match self._fault:
            case Fault.LEAVES_OUT_AN_OP:
                return replace(patch, by=patch.by[1:])
            case Fault.NAMES_OPS_IN_ANOTHER_ORDER:
                return replace(patch, by=patch.by[::-1])
            case Fault.SHOWS_ANOTHER_QUANTITY:
                lines = {sku: line and replace(line, qty=9) for sku, line in patch.lines.items()}
                return replace(patch, lines=lines)
            case Fault.SHOWS_A_HOLD_OF_NOTHING:
                held = {
                    sku: line and replace(line, stock=0, hold=HoldState.HELD)
                    for sku, line in patch.lines.items()
                }
                return replace(patch, lines=held)
            case _:
                return patch

    def _publish(
        self, account: AccountId, batch: Sequence[Answer], patch: PatchMessage | None
    ) -> None:
        """Send all verdicts, and then the patch."""
        is_swapped = self._fault is Fault.SENDS_PATCH_BEFORE_VERDICT and self._is_nth()
        if patch and is_swapped:
            self._send_patch(account, patch)
        for one in batch:
            one.tab.send(one.verdict)
        if patch and not is_swapped:
            self._send_patch(account, patch)

    def _send_patch(self, account: AccountId, patch: PatchMessage) -> None:
        for tab in self._recipients(account):
            tab.send(patch)

    def _recipients(self, account: AccountId) -> list[Tab]:
        tabs = list(self._tabs[account])
        if self._fault is Fault.DROPS_A_PATCH and self._is_nth():
            return tabs[1:]
        if self._fault is Fault.DROPS_THE_LAST_PATCHES and self._ops > FAULT_AFTER_OPS:
            return tabs[1:]
        if self._fault is Fault.SENDS_TO_ANOTHER_ACCOUNT and self._is_nth():
            return tabs + [one for tabs in self._tabs.values() for one in tabs[:1]]
        return tabs

    def _is_nth(self) -> bool:
        self._commits += 1
        return self._commits % EVERY_NTH == 0

    def _restart(self) -> None:
        self._has_restarted = True
        self._carts = dict(self._disk)
        self._uncommitted.clear()
        self._batches.clear()
        for tab in [tab for tabs in self._tabs.values() for tab in tabs]:
            tab.socket.transport.abort()


def without_op(cart: Cart, outbox: OutboxId, n: int) -> Mapping[OutboxId, Outbox]:
    """Return the outboxes of *cart* as they were before op *n*."""
    return {**cart.outboxes, outbox: Outbox(n - 1)}


def account_of(request: Request) -> AccountId:
    """Return the account that a request's cookie names."""
    return AccountId(request.headers["Cookie"].removeprefix("shop="))


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
        subprotocols=[Subprotocol("shop.cart.v2")],
        compression=None,
        ping_interval=None,
        close_timeout=0.2,
    ) as server:
        shop.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield shop
    await asyncio.sleep(0)
