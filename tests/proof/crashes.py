"""The steps of an op, an order and a migration at which a test build of the shop can crash."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from alembic.runtime.migration import HeadMaintainer

from app.live.cart import LiveCart
from app.live.hub import Hub
from app.server.websocket import ShopSocket
from app.store import cart_rows, cart_saves, write_connection
from app.store.cart_rows import Save
from app.store.write_connection import WriteConnection
from tests.proof.graft import graft
from tests.proof.payment_crashes import PAYMENT_STEPS

VERDICTS = (b'{"t":"ok"', b'{"t":"no"')
PATCH = b'{"t":"patch"'
SENT_AFTER_S = 0.002
"""Long enough for the event loop to send what was written."""

PassStep = Callable[[], None]


def plant_crash(step: str, count: int) -> None:
    """Kill this process when it reaches *step* for the *count*-th time."""
    left = count

    def pass_step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            die()

    steps = STEPS if step in STEPS else PAYMENT_STEPS
    steps[step](pass_step)


def die() -> None:
    """Send this process SIGKILL: nothing is flushed, closed or sent."""
    os.kill(os.getpid(), signal.SIGKILL)


def _die_soon(pass_step: PassStep) -> None:
    asyncio.get_running_loop().call_later(SENT_AFTER_S, pass_step)


def _before(owner: Any, name: str) -> Callable[[PassStep], None]:
    def plant(pass_step: PassStep) -> None:
        def around(original: Any, *args: Any, **kwargs: Any) -> Any:
            pass_step()
            return original(*args, **kwargs)

        graft(owner, name, around)

    return plant


def _after(owner: Any, name: str) -> Callable[[PassStep], None]:
    def plant(pass_step: PassStep) -> None:
        def around(original: Any, *args: Any, **kwargs: Any) -> Any:
            done = original(*args, **kwargs)
            pass_step()
            return done

        graft(owner, name, around)

    return plant


def _both(*plants: Callable[[PassStep], None]) -> Callable[[PassStep], None]:
    def plant(pass_step: PassStep) -> None:
        for one in plants:
            one(pass_step)

    return plant


def _at_save(pass_step: PassStep, *, before: bool, orders_only: bool = False) -> None:
    """Count transactions that save carts, just before or just after each."""

    def around(
        original: Any, connection: WriteConnection, saves: Sequence[Save], now_s: int
    ) -> Any:
        counts = not orders_only or any(save.changes for save in saves)
        if counts and before:
            pass_step()
        done = original(connection, saves, now_s)
        if counts and not before:
            pass_step()
        return done

    graft(WriteConnection, "save", around)


def _at_begin_and_commit(pass_step: PassStep, *, before: bool) -> None:
    """Count transactions that save carts, the short way as well as the other."""
    _at_save(pass_step, before=before)
    plant = _before(WriteConnection, "begin") if before else _after(WriteConnection, "commit")
    plant(pass_step)


def _at_write(pass_step: PassStep, *, verdicts: bool, before: bool) -> None:
    """Count writes of verdicts (*verdicts*) or else of patches to a tab, before or after each."""

    def around(original: Any, socket: ShopSocket, texts: Sequence[bytes]) -> None:
        frames = list(texts)
        is_answer = any(frame.startswith(VERDICTS) for frame in frames)
        is_patch = not is_answer and any(frame.startswith(PATCH) for frame in frames)
        counts = is_answer if verdicts else is_patch
        if counts and before:
            pass_step()
        original(socket, frames)
        if counts and not before:
            _die_soon(pass_step)

    graft(ShopSocket, "write", around)


STEPS: dict[str, Callable[[PassStep], None]] = {
    "received": _before(LiveCart, "submit"),
    "before-begin": lambda pass_step: _at_begin_and_commit(pass_step, before=True),
    "in-transaction": _both(_before(cart_rows, "values"), _before(write_connection, "save_carts")),
    "before-commit": _both(_after(cart_rows, "updated"), _after(write_connection, "save_carts")),
    "after-commit": lambda pass_step: _at_begin_and_commit(pass_step, before=False),
    "before-answer": _before(Hub, "announce"),
    "after-answer": lambda pass_step: _at_write(pass_step, verdicts=True, before=False),
    "before-news": lambda pass_step: _at_write(pass_step, verdicts=False, before=True),
    "after-news": lambda pass_step: _at_write(pass_step, verdicts=False, before=False),
    "in-order": _after(cart_saves, "apply_order_change"),
    "after-order": lambda pass_step: _at_save(pass_step, before=False, orders_only=True),
    "in-migration": _after(HeadMaintainer, "update_to_step"),
}
"""Each is the second half of a fault's id in `app/protocol/faults.py`."""
