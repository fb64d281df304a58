"""Bugs to plant in a shop: the history checker must find each of them."""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from app.domain.cart import Cart
from app.domain.ops import BadOp
from app.domain.outbox import OpRef, Outbox
from app.domain.position import snapshot_reason
from app.domain.verdicts import Ok
from app.http.cart import api as cart_api
from app.live.cart import LiveCart
from app.live.cart_view import CartView
from app.live.hub import Hub
from app.live.outboxes import KnownOutboxes
from app.live.pending import Pending
from app.live.pending_op import PendingOp
from app.live.presence import Presence
from app.protocol.changes import CartChange, CommittedChange, committed_change
from app.protocol.messages import By, PatchMessage
from app.services.checkout import Checkout
from app.store import order_changes
from app.store.write_connection import WriteConnection
from app.ws import admission
from tests.proof.graft import graft

EVERY: Final = 5
STUCK_AT: Final = 25
SLOW_S: Final = 0.005


class Bug(NamedTuple):
    """A bug, the kind of anomaly that reveals it, and the faults that provoke it."""

    sentence: str
    plant: Callable[[], None]
    found_as: str
    faults: tuple[str, ...] = ()


def _apply_repeats() -> None:
    """Rule on a repeat as on a new op, but answer with the first verdict."""

    def around(_original: Any, cart: LiveCart, pending: PendingOp, _subscriber: Any) -> None:
        ref, now, context = pending.ref, cart.latest, cart._context
        recorded = cart.saved.outboxes.get(ref.outbox, Outbox()).recall(ref.n)
        if recorded is None:
            return
        earlier = replace(now, outboxes={**now.outboxes, ref.outbox: Outbox(ref.n - 1)})
        ruled = pending.rule(earlier, context.catalog.today, context.now_s())
        cart.latest = replace(ruled, outboxes=now.outboxes)
        assert pending.ruling
        pending.ruling = replace(pending.ruling, cart=cart.latest, verdict=recorded.verdict)
        cart._pending[pending.key] = pending
        if cart.is_in_sync:
            context.writer.mark(cart.saved.account, cart)

    graft(LiveCart, "_repeat", around)


def _answer_before_commit() -> None:
    def around(original: Any, cart: LiveCart, pending: Pending) -> None:
        original(cart, pending)
        if isinstance(pending, PendingOp) and pending.ruling:
            for subscriber in pending.subscribers:
                subscriber.tell(pending.ruling.verdict)

    graft(LiveCart, "_accept", around)


def _publish_before_commit() -> None:
    publish = CartView.publish

    def around(original: Any, cart: LiveCart, pending: Pending) -> None:
        before = cart.latest
        original(cart, pending)
        if isinstance(pending, PendingOp) and (change := _change_of(pending)):
            publish(cart.view, before, cart.latest, committed_change([change]))

    def publish_orders_only(
        original: Any, view: CartView, before: Cart, saved: Cart, change: CommittedChange
    ) -> None:
        if change.orders:
            original(view, before, saved, change)

    graft(LiveCart, "_accept", around)
    graft(CartView, "publish", publish_orders_only)


def _change_of(pending: PendingOp) -> CartChange | None:
    """Return the change that an op makes, as soon as it is ruled on."""
    ruling, ref, op = pending.ruling, pending.ref, pending.op
    if ruling is None or ruling.patch is None or isinstance(op, BadOp):
        return None
    return CartChange(ruling.patch, By(pending.tab, ref.outbox, ref.n, op.kind))


def _trust_any_epoch() -> None:
    def around(_original: Any, at: str | None, cart: Any) -> Any:
        own = f"{cart.epoch}.{at.partition('.')[2]}" if at else None
        return snapshot_reason(own, cart)

    graft(admission, "snapshot_reason", around)


def _drop_batch_when_cancelled() -> None:
    """Drop the batch being saved when a request is cancelled, as if the save ran in its task."""

    async def around(original: Any, cart: LiveCart, *args: Any) -> Any:
        try:
            return await original(cart, *args)
        except asyncio.CancelledError:
            cart._batch = None
            cart._pending.take(len(cart._pending))
            raise

    def save_slowly(original: Any, *args: Any) -> Any:
        time.sleep(SLOW_S)
        return original(*args)

    graft(cart_api, "submit_ops", around)
    graft(WriteConnection, "save", save_slowly)
    graft(WriteConnection, "commit", save_slowly)


def _lose_an_effect() -> None:
    calls = count(1)

    def around(original: Any, pending: PendingOp, before: Cart, *args: Any) -> Cart:
        after: Cart = original(pending, before, *args)
        if next(calls) % EVERY or pending.ruling is None or pending.ruling.patch is None:
            return after
        kept = replace(
            after, lines=before.lines, saved=before.saved, note=before.note, content=before.content
        )
        pending.ruling = replace(pending.ruling, cart=kept)
        return kept

    graft(PendingOp, "rule", around)


def _change_verdicts() -> None:
    def around(
        original: Any, outboxes: KnownOutboxes, saved: Cart, ref: OpRef, subscriber: Any
    ) -> bool:
        recorded = saved.outboxes.get(ref.outbox, Outbox()).recall(ref.n)
        if recorded and isinstance(recorded.verdict, Ok):
            subscriber.tell(replace(recorded.verdict, rev=recorded.verdict.rev + 1))
            return True
        return bool(original(outboxes, saved, ref, subscriber))

    graft(KnownOutboxes, "answer", around)


def _drop_patches() -> None:
    calls = count(1)

    def around(original: Any, presence: Presence, message: Any) -> None:
        if isinstance(message, PatchMessage) and next(calls) % EVERY == 0:
            for tab in list(presence)[1:]:
                tab.tell(message)
        else:
            original(presence, message)

    graft(Presence, "tell", around)


def _leave_out_a_source() -> None:
    calls = count(1)

    def around(
        original: Any, view: CartView, before: Cart, saved: Cart, change: CommittedChange
    ) -> None:
        by = change.by[next(calls) % EVERY == 0 :]
        original(view, before, saved, replace(change, by=by))

    graft(CartView, "publish", around)


def _send_another_quantity() -> None:
    calls = count(1)

    def around(original: Any, presence: Presence, message: Any) -> None:
        if isinstance(message, PatchMessage) and next(calls) % EVERY == 0:
            more = {sku: line and replace(line, qty=99) for sku, line in message.lines.items()}
            message = replace(message, lines=more)
        original(presence, message)

    graft(Presence, "tell", around)


def _send_to_other_accounts() -> None:
    presences: list[Presence] = []

    def around(original: Any, presence: Presence, message: Any) -> None:
        if presence not in presences:
            presences.append(presence)
        for one in presences if isinstance(message, PatchMessage) else [presence]:
            original(one, message)

    graft(Presence, "tell", around)


def _keep_stock() -> None:
    graft(order_changes, "_take_stock", lambda _original, *_args: None)


def _keep_the_cart() -> None:
    """Place an order, and leave its lines in the cart."""

    def around(original: Any, cart: LiveCart) -> Any:
        taken, evicted, closed = original(cart)
        if closed:
            taken = replace(taken, lines=cart.saved.lines, content=cart.saved.content)
            cart.latest = taken
            assert cart._batch
            _, waiting, has_orders = cart._batch
            cart._batch = taken, waiting, has_orders
        return taken, evicted, closed

    graft(LiveCart, "take", around)


def _ignore_order_keys() -> None:
    """Never look up an order's key, and store a unique variant of it."""

    async def around(_original: Any, *_args: Any) -> None:
        return None

    def renamed(original: Any, connection: Any, order: Any, moved: int) -> None:
        original(connection, order._replace(key=f"{order.key} {order.number}"), moved)

    graft(Checkout, "_find_earlier", around)
    graft(order_changes, "_add", renamed)


def _serve_stale_reads() -> None:
    shown: dict[str, Any] = {}

    def around(original: Any, cart: LiveCart, *by: Any) -> Any:
        now = original(cart, *by)
        before, shown[cart.saved.account] = shown.get(cart.saved.account, now), now
        return before

    graft(LiveCart, "snapshot", around)


def _stop_sending() -> None:
    """After a while, send nothing more to the tabs of some carts."""
    calls = count(1)

    def around(original: Any, hub: Hub, saved: Any) -> None:
        for account in saved if next(calls) == STUCK_AT else ():
            hub._carts[account].view.tabs = Presence(0, account, lambda _tabs, _people: None)
        original(hub, saved)

    graft(Hub, "announce", around)


BUGS: Final = {
    "repeat-applied": Bug(
        "a repeat is applied again", _apply_repeats, "duplicate", ("op-twice", "line-cut")
    ),
    "answer-before-commit": Bug(
        "an answer before the commit", _answer_before_commit, "lost", ("crash-before-commit",) * 3
    ),
    "publish-before-commit": Bug(
        "a patch before the commit", _publish_before_commit, "order of patches"
    ),
    "epoch-not-checked": Bug(
        "a tab of another epoch is current", _trust_any_epoch, "epoch", ("restored",) * 2
    ),
    "cancel-not-shielded": Bug(
        "a dropped request cancels the save",
        _drop_batch_when_cancelled,
        "liveness",
        ("request-dropped",) * 3,
    ),
    "effect-lost": Bug("an ok without an effect", _lose_an_effect, "lost"),
    "verdict-changed": Bug("a repeat gets another verdict", _change_verdicts, "two verdicts"),
    "patch-dropped": Bug("a patch that never comes", _drop_patches, "gap"),
    "source-left-out": Bug(
        "a patch that does not name one of its ops", _leave_out_a_source, "sources"
    ),
    "quantity-wrong": Bug("a patch with another quantity", _send_another_quantity, "patches"),
    "patch-to-other-account": Bug(
        "a patch to the wrong account", _send_to_other_accounts, "isolation"
    ),
    "stock-kept": Bug("an order takes no stock", _keep_stock, "stock"),
    "cart-kept": Bug("an order leaves the cart full", _keep_the_cart, "lost"),
    "key-forgotten": Bug("an order's key is not looked up", _ignore_order_keys, "invention"),
    "stale-read": Bug("a read is one behind", _serve_stale_reads, "own writes", ("line-cut",)),
    "patches-stopped": Bug("a cart's tabs receive nothing more", _stop_sending, "convergence"),
}
