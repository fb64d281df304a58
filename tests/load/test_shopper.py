"""The check at the end: tabs have as much time to converge as the plan gives."""

import asyncio
from time import perf_counter
from typing import Any

import pytest

from app.client import Cart
from app.client.cart import EMPTY_CART
from app.load.plan import Plan
from app.load.run_context import RunContext
from app.load.shopper import Shopper

SETTLE_S = 0.5
CURRENT = EMPTY_CART._replace(at="7c1d.0.0000000000000000")
STALE = EMPTY_CART


class LateTab:
    """A tab that receives the cart after some seconds."""

    waiting = 0
    stopped = None
    at = None

    def __init__(self, after_s: float):
        self._from_s = perf_counter() + after_s

    @property
    def cart(self) -> Cart:
        """The newest cart."""
        return CURRENT if perf_counter() >= self._from_s else STALE

    async def close(self) -> None:
        """Do nothing."""


class IdleAccount:
    """An account whose cart does not change."""

    id = "u-ada"

    async def cart(self) -> Cart:
        """Return the cart."""
        await asyncio.sleep(0)
        return CURRENT


@pytest.mark.parametrize(("after", "is_reported"), [(0.0, False), (0.9, False), (3.0, True)])
async def test_a_tab_is_reported_only_if_it_is_late(after: float, *, is_reported: bool) -> None:
    account: Any = IdleAccount()
    run = RunContext(Plan(settle_s=SETTLE_S), (), lambda: 0.5, lambda: "name", perf_counter)
    shopper = Shopper([account], run)
    late: Any = LateTab(after * SETTLE_S)
    shopper.tabs.append(late)

    await shopper.check_and_close()

    assert bool(shopper.trace.breaches) == is_reported
