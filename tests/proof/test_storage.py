"""Disk and query failures: no op is answered that was not saved, and the shop recovers."""

from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store import database as store_database
from tests.e2e.catalog import APPLES
from tests.proof.inside import Inside, inside, op
from tests.proof.tape import FAILED, FULL, READ_ONLY, Tape, taped

CODES = {"disk-full": FULL, "disk-read-only": READ_ONLY, "call-fails": FAILED}
FEW_CALLS, MOST_CALLS = 3, 80
MOST_QUESTIONS = 10
ROUNDS = 12
STOCK = "SELECT sum(stock) FROM products"
SOLD = "SELECT coalesce(sum(qty), 0) FROM order_lines"


class Wall(NamedTuple):
    """A shop, and the tape between its database and the disk."""

    shop: Inside
    tape: Tape


@pytest.fixture
async def wall(tmp_path: Path) -> AsyncIterator[Wall]:
    """Return a shop in this process whose disk can be made to fail."""
    with taped() as tape:
        async with inside(tmp_path) as shop:
            yield Wall(shop, tape)


class Shopping:
    """Adds products and places orders, and checks that cart, orders and stock add up."""

    def __init__(self, shop: Inside):
        self._context = shop
        self._outbox = str(uuid4())
        self._added = 0
        self._in_cart = 0
        self._stock = shop.count(STOCK)

    async def add(self) -> None:
        """Add one product; retries until it is answered."""
        self._added += 1
        asked = op(self._added, APPLES, self._outbox)
        _, told = await self._context.insist("POST", "/api/cart/ops", asked)
        self._in_cart += 1
        assert [(one["t"], one["n"]) for one in told["verdicts"]] == [("ok", self._added)]

    async def buy(self) -> None:
        """Order the cart; retries until it is answered."""
        status, told = await self._context.insist(
            "POST", "/api/orders", await self._context.wanted()
        )
        assert status in {200, 201}, told
        assert [line["qty"] for line in told["lines"]] == [self._in_cart]
        self._in_cart = 0

    async def adds_up(self) -> None:
        """Check that cart, orders and stock match what was answered."""
        assert await self._context.quantity(APPLES) == self._in_cart
        sold = self._context.count(SOLD)
        assert (sold, self._stock - sold) == (
            self._added - self._in_cart,
            self._context.count(STOCK),
        )


class Once:
    """Fails the *call*-th call from now, and no other; `has_failed` is set when it has."""

    def __init__(self, call: int, code: int = FAILED):
        self.has_failed = False
        self._left = call
        self._code = code

    def __call__(self, _call: int = 0) -> int:
        """Count a call; return its result code."""
        self._left -= 1
        self.has_failed |= self._left == 0
        return 0 if self._left else self._code


def flaky(fails: Callable[[], object], *, is_done: bool) -> Callable[..., Any]:
    """Return a `run_query` that fails when *fails* is true: before the query, or after it."""
    usual = store_database.run_query

    def ask(*args: Any, **kwargs: Any) -> Any:
        fails_now = fails()
        if fails_now and not is_done:
            raise DatabaseUnavailable("a planted failure")
        answer = usual(*args, **kwargs)
        if fails_now:
            raise DatabaseUnavailable("a planted failure after the commit")
        return answer

    return ask


@pytest.mark.parametrize("fault", CODES)
async def test_ops_and_orders_are_applied_once_whichever_write_fails(
    fault: str, wall: Wall
) -> None:
    shopping = Shopping(wall.shop)
    for act in (shopping.add, shopping.buy):
        for call in count(1):
            await shopping.add()
            wall.tape.fails = once = Once(call, CODES[fault])
            await act()
            await shopping.adds_up()
            if not once.has_failed:
                break
        assert FEW_CALLS < call < MOST_CALLS
        wall.tape.fails = none


@pytest.mark.parametrize("fault", CODES)
async def test_while_writes_fail_ops_are_busy_and_pages_work(fault: str, wall: Wall) -> None:
    shopping = Shopping(wall.shop)
    await shopping.add()
    wall.tape.fails = lambda _call: CODES[fault]
    for _ in range(ROUNDS):
        asked = op(1, APPLES, str(uuid4()))
        status, told = await wall.shop.send("POST", "/api/cart/ops", asked)
        assert (status, told["verdicts"][0]["code"]) == (200, "busy")
        assert (await wall.shop.send("GET", "/api/cart"))[0] == 200
        assert (await wall.shop.send("GET", "/api/products"))[0] == 200
    wall.tape.fails = none
    await shopping.add()
    await shopping.buy()
    await shopping.adds_up()


@pytest.mark.parametrize("is_done", [False, True], ids=["not done", "done without an answer"])
async def test_ops_and_orders_are_applied_once_whichever_query_fails(
    wall: Wall, monkeypatch: pytest.MonkeyPatch, *, is_done: bool
) -> None:
    shopping = Shopping(wall.shop)
    for act in (shopping.add, shopping.buy):
        for call in range(1, MOST_QUESTIONS):
            await shopping.add()
            with monkeypatch.context() as patched:
                patched.setattr(store_database, "run_query", flaky(Once(call), is_done=is_done))
                await act()
            await shopping.adds_up()


async def test_ops_and_orders_are_applied_once_when_writes_fail_at_random(wall: Wall) -> None:
    shopping, chance = Shopping(wall.shop), Random(1)
    wall.tape.fails = lambda _call: FAILED if chance.random() < 1 / 20 else 0
    for _ in range(ROUNDS):
        await shopping.add()
        await shopping.add()
        await shopping.buy()
    wall.tape.fails = none
    await shopping.adds_up()


@pytest.mark.parametrize("is_done", [False, True], ids=["not done", "done without an answer"])
async def test_ops_and_orders_are_applied_once_when_queries_fail_at_random(
    wall: Wall, monkeypatch: pytest.MonkeyPatch, *, is_done: bool
) -> None:
    shopping, chance = Shopping(wall.shop), Random(1)
    fails = flaky(lambda: chance.random() < 1 / 6, is_done=is_done)
    with monkeypatch.context() as patched:
        patched.setattr(store_database, "run_query", fails)
        for _ in range(ROUNDS):
            await shopping.add()
            await shopping.add()
            await shopping.buy()
    await shopping.adds_up()


def none(_call: int) -> int:
    """Fail nothing."""
    return 0
