"""Bugs to plant in a shop: the history checker must find each of them."""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Final, NamedTuple

from app.domain.cart import Cart
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
from app.live.ports import CommittedChange
from app.live.presence import Presence
from app.protocol.messages import PatchMessage
from app.services.checkout import Checkout
from app.store import order_changes, writer
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
        earlier = now._replace(outboxes={**now.outboxes, ref.outbox: Outbox(ref.n - 1)})
        ruled = pending.rule(earlier, context.catalog.today, context.now_s())
        cart.latest = ruled._replace(outboxes=now.outboxes)
        pending.ruling = pending.ruling._replace(cart=cart.latest, verdict=recorded.verdict)
        cart._pending.add(pending)
        if cart.is_in_sync:
            context.writer.mark(cart.saved.account, cart)

    graft(LiveCart, "_repeat", around)


def _answer_before_commit() -> None:
    def around(original: Any, cart: LiveCart, pending: Pending) -> None:
        original(cart, pending)
        if isinstance(pending, PendingOp):
            for subscriber in pending.subscribers:
                subscriber.tell(pending.ruling.verdict)

    graft(LiveCart, "_accept", around)


def _publish_before_commit() -> None:
    publish = CartView.publish

    def around(original: Any, cart: LiveCart, pending: Pending) -> None:
        original(cart, pending)
        if isinstance(pending, PendingOp) and (step := pending.committed):
            publish(cart.view, *step)

    def publish_orders_only(
        original: Any, view: CartView, cart: Cart, change: CommittedChange
    ) -> None:
        if change.order:
            original(view, cart, change)

    graft(LiveCart, "_accept", around)
    graft(CartView, "publish", publish_orders_only)


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
            cart._pending.pop(len(cart._pending))
            raise

    def save_slowly(original: Any, *args: Any) -> Any:
        time.sleep(SLOW_S)
        return original(*args)

    graft(cart_api, "submit_ops", around)
    graft(writer, "save_carts", save_slowly)


def _lose_an_effect() -> None:
    calls = count(1)

    def around(original: Any, pending: PendingOp, before: Cart, *args: Any) -> Cart:
        after: Cart = original(pending, before, *args)
        if next(calls) % EVERY or pending.ruling.patch is None:
            return after
        kept = after._replace(
            lines=before.lines, saved=before.saved, note=before.note, content=before.content
        )
        pending.ruling = pending.ruling._replace(cart=kept)
        return kept

    graft(PendingOp, "rule", around)


def _change_verdicts() -> None:
    def around(
        original: Any, outboxes: KnownOutboxes, saved: Cart, ref: OpRef, subscriber: Any
    ) -> bool:
        recorded = saved.outboxes.get(ref.outbox, Outbox()).recall(ref.n)
        if recorded and isinstance(recorded.verdict, Ok):
            subscriber.tell(recorded.verdict._replace(rev=recorded.verdict.rev + 1))
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
            taken = taken._replace(lines=cart.saved.lines, content=cart.saved.content)
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

    def around(original: Any, cart: LiveCart) -> Any:
        now = original(cart)
        before, shown[cart.saved.account] = shown.get(cart.saved.account, now), now
        return before

    graft(LiveCart, "snapshot", around)


def _stop_sending() -> None:
    """After a while, send nothing more to the tabs of some carts."""
    calls = count(1)

    def around(original: Any, hub: Hub, saved: Any) -> None:
        for account in saved if next(calls) == STUCK_AT else ():
            hub._carts[account].view.tabs = Presence(0, lambda _tabs: None)
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
    "patch-to-other-account": Bug(
        "a patch to the wrong account", _send_to_other_accounts, "isolation"
    ),
    "stock-kept": Bug("an order takes no stock", _keep_stock, "stock"),
    "cart-kept": Bug("an order leaves the cart full", _keep_the_cart, "lost"),
    "key-forgotten": Bug("an order's key is not looked up", _ignore_order_keys, "invention"),
    "stale-read": Bug("a read is one behind", _serve_stale_reads, "own writes", ("line-cut",)),
    "patches-stopped": Bug("a cart's tabs receive nothing more", _stop_sending, "convergence"),
}
