"""Bugs to plant in a shop, each of a kind that has been in some shop; a checker must find them."""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Final, NamedTuple

from app.domain.outbox import OpRef, Outbox
from app.domain.position import snapshot_reason
from app.domain.rules import rule
from app.domain.verdicts import Ok
from app.http.cart import api as cart_api
from app.live.cart import LiveCart
from app.live.hub import Hub
from app.live.pending_op import PendingOp
from app.live.ports import CommittedChange
from app.live.presence import Presence
from app.protocol.messages import Changed
from app.services.checkout import Checkout
from app.store import order_changes, writer
from app.ws import admission
from tests.proof.graft import graft

SOMETIMES: Final = 5
MANY: Final = 25
SLOW_S: Final = 0.005


class Bug(NamedTuple):
    """A bug, what finds it, and the faults without which it would stay hidden."""

    sentence: str
    plant: Callable[[], None]
    found_as: str
    faults: tuple[str, ...] = ()


def _apply_repeats() -> None:
    """Rule on a repeat as if it had never come, but answer as the first time."""
    asked: dict[tuple[str, int], Any] = {}

    def keep(original: Any, cart: LiveCart, ticket: OpRef, op: Any) -> Any:
        asked[ticket.outbox, ticket.n] = op
        return original(cart, ticket, op)

    def around(_original: Any, cart: LiveCart, ticket: OpRef, asker: Any) -> None:
        said = cart.saved.outboxes.get(ticket.outbox, Outbox()).recall(ticket.n)
        if said is None:
            return
        now, op = cart.latest, asked[ticket.outbox, ticket.n]
        earlier = now._replace(outboxes={**now.outboxes, ticket.outbox: Outbox(ticket.n - 1)})
        ruling = rule(earlier, ticket, op, cart._context.catalog.today, cart._context.now_s())
        kept = ruling.cart._replace(outboxes=now.outboxes)
        again = ruling._replace(cart=kept, verdict=said.verdict)
        cart._accept(PendingOp(ticket, op, None, [asker], again, 0.0))

    graft(LiveCart, "_rule", keep)
    graft(LiveCart, "_repeat", around)


def _answer_before_commit() -> None:
    def around(original: Any, cart: LiveCart, wish: PendingOp) -> None:
        original(cart, wish)
        wish.tell(wish.ruling.verdict)

    graft(LiveCart, "_accept", around)


def _publish_before_commit() -> None:
    tell = LiveCart._tell_made

    def around(original: Any, cart: LiveCart, wish: PendingOp) -> None:
        original(cart, wish)
        if step := wish.step:
            tell(cart, *step)

    def keep_quiet(original: Any, cart: LiveCart, after: Any, made: CommittedChange) -> None:
        if made.order:
            original(cart, after, made)

    graft(LiveCart, "_accept", around)
    graft(LiveCart, "_tell_made", keep_quiet)


def _trust_any_epoch() -> None:
    def around(_original: Any, at: str | None, cart: Any) -> Any:
        own = f"{cart.epoch}.{at.partition('.')[2]}" if at else None
        return snapshot_reason(own, cart)

    graft(admission, "snapshot_reason", around)


def _forget_when_cancelled() -> None:
    """Who hangs up takes along what is being saved, as if the save ran in their own task."""

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
    turns = count(1)

    def around(original: Any, cart: LiveCart, ticket: OpRef, op: Any) -> Any:
        ruling = original(cart, ticket, op)
        if next(turns) % SOMETIMES or ruling.patch is None:
            return ruling
        now = cart.latest
        kept = ruling.cart._replace(
            lines=now.lines, saved=now.saved, note=now.note, content=now.content
        )
        return ruling._replace(cart=kept)

    graft(LiveCart, "_rule", around)


def _change_verdicts() -> None:
    def around(original: Any, cart: LiveCart, ticket: OpRef, asker: Any) -> None:
        said = cart.saved.outboxes.get(ticket.outbox, Outbox()).recall(ticket.n)
        if said and isinstance(said.verdict, Ok):
            asker.tell(said.verdict._replace(rev=said.verdict.rev + 1))
        else:
            original(cart, ticket, asker)

    graft(LiveCart, "_recall", around)


def _drop_news() -> None:
    turns = count(1)

    def around(original: Any, audience: Presence, news: Any) -> None:
        if isinstance(news, Changed) and next(turns) % SOMETIMES == 0:
            for tab in list(audience)[1:]:
                tab.tell(news)
        else:
            original(audience, news)

    graft(Presence, "tell", around)


def _tell_strangers() -> None:
    audiences: list[Presence] = []

    def around(original: Any, audience: Presence, news: Any) -> None:
        if audience not in audiences:
            audiences.append(audience)
        for one in audiences if isinstance(news, Changed) else [audience]:
            original(one, news)

    graft(Presence, "tell", around)


def _keep_stock() -> None:
    graft(order_changes, "_take_stock", lambda _original, *_args: None)


def _keep_the_cart() -> None:
    """Place an order, and leave what was bought in the cart."""

    def around(original: Any, cart: LiveCart) -> Any:
        taken, evicted, closed = original(cart)
        if closed:
            taken = taken._replace(lines=cart.saved.lines, content=cart.saved.content)
            cart.latest = taken
            assert cart._batch
            _, wishes, outboxes, orders = cart._batch
            cart._batch = taken, wishes, outboxes, orders
        return taken, evicted, closed

    graft(LiveCart, "take", around)


def _forget_order_keys() -> None:
    """Look an order's key up nowhere, and write it down with something added."""

    async def around(_original: Any, *_args: Any) -> None:
        return None

    def renamed(original: Any, connection: Any, order: Any, moved: int) -> None:
        original(connection, order._replace(key=f"{order.key} {order.number}"), moved)

    graft(Checkout, "_find_earlier", around)
    graft(order_changes, "_add", renamed)


def _read_behind() -> None:
    shown: dict[str, Any] = {}

    def around(original: Any, cart: LiveCart) -> Any:
        now = original(cart)
        before, shown[cart.saved.account] = shown.get(cart.saved.account, now), now
        return before

    graft(LiveCart, "snapshot", around)


def _get_stuck() -> None:
    """Tell the tabs of some carts nothing more, after a while."""
    turns = count(1)

    def around(original: Any, hub: Hub, saved: Any) -> None:
        for account in saved if next(turns) == MANY else ():
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
    "publish-before-commit": Bug("news before the commit", _publish_before_commit, "order of news"),
    "epoch-not-checked": Bug(
        "a tab of another epoch is current", _trust_any_epoch, "epoch", ("restored",) * 2
    ),
    "cancel-not-shielded": Bug(
        "who hangs up cancels the save",
        _forget_when_cancelled,
        "liveness",
        ("request-dropped",) * 3,
    ),
    "effect-lost": Bug("an ok without an effect", _lose_an_effect, "lost"),
    "verdict-changed": Bug("a repeat gets another verdict", _change_verdicts, "two verdicts"),
    "news-dropped": Bug("a patch that never comes", _drop_news, "gap"),
    "stranger-told": Bug("a patch to the wrong account", _tell_strangers, "isolation"),
    "stock-kept": Bug("an order takes no stock", _keep_stock, "stock"),
    "cart-kept": Bug("an order leaves the cart full", _keep_the_cart, "lost"),
    "key-forgotten": Bug("an order's key is not looked up", _forget_order_keys, "invention"),
    "read-behind": Bug("a read is one behind", _read_behind, "own writes", ("line-cut",)),
    "news-stuck": Bug("a cart's tabs hear nothing more", _get_stuck, "convergence"),
}
