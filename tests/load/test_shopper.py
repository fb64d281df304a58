"""Holding the books against the shop in the end: tabs have all the time that the plan gives."""

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
THERE = EMPTY_CART._replace(at="7c1d.0.0000000000000000")
OUT_OF_DATE = EMPTY_CART


class LateTab:
    """A tab that has the cart so many seconds from now."""

    waiting = 0
    stopped = None
    at = None

    def __init__(self, after_s: float):
        self._from_s = perf_counter() + after_s

    @property
    def cart(self) -> Cart:
        """Return the cart as it was told."""
        return THERE if perf_counter() >= self._from_s else OUT_OF_DATE

    async def close(self) -> None:
        """Have nothing to close."""


class QuietAccount:
    """An account whose cart stays as it is."""

    id = "u-ada"

    async def cart(self) -> Cart:
        """Return it."""
        await asyncio.sleep(0)
        return THERE


@pytest.mark.parametrize(("after", "is_blamed"), [(0.0, False), (0.9, False), (3.0, True)])
async def test_only_who_has_no_cart_in_time_is_blamed(after: float, *, is_blamed: bool) -> None:
    account: Any = QuietAccount()
    run = RunContext(Plan(settle_s=SETTLE_S), (), lambda: 0.5, lambda: "name", perf_counter)
    shopper = Shopper(account, run)
    late: Any = LateTab(after * SETTLE_S)
    shopper.tabs.append(late)

    await shopper.leave()

    assert bool(shopper.trace.breaches) == is_blamed
