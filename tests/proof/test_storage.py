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
from app.store.lookups import Lookups
from app.store.write_connection import WriteConnection
from tests.e2e.catalog import APPLES
from tests.proof.inside import InProcessShop, in_process_shop, op
from tests.proof.tape import FAILED, FULL, READ_ONLY, Tape, taped

CODES = {"disk-full": FULL, "disk-read-only": READ_ONLY, "call-fails": FAILED}
MIN_CALLS, MAX_CALLS = 3, 80
MAX_QUERIES = 10
ROUNDS = 12
STOCK = "SELECT sum(stock) FROM products"
SOLD = "SELECT coalesce(sum(qty), 0) FROM order_lines"


class TapedShop(NamedTuple):
    """A shop, and the tape between its database and the disk."""

    shop: InProcessShop
    tape: Tape


@pytest.fixture
async def taped_shop(tmp_path: Path) -> AsyncIterator[TapedShop]:
    """Return a shop in this process whose disk can be made to fail."""
    with taped() as tape:
        async with in_process_shop(tmp_path) as shop:
            yield TapedShop(shop, tape)


class Shopping:
    """Adds products and places orders, and checks that cart, orders and stock add up."""

    def __init__(self, shop: InProcessShop):
        self._shop = shop
        self._outbox = str(uuid4())
        self._added = 0
        self._in_cart = 0
        self._stock = shop.count(STOCK)

    async def add(self) -> None:
        """Add one product; retries until it is answered."""
        self._added += 1
        body = op(self._added, APPLES, self._outbox)
        _, answer = await self._shop.send_until_final("POST", "/api/cart/ops", body)
        self._in_cart += 1
        assert [(one["t"], one["n"]) for one in answer["verdicts"]] == [("ok", self._added)]

    async def buy(self) -> None:
        """Order the cart; retries until it is answered."""
        status, answer = await self._shop.send_until_final(
            "POST", "/api/orders", await self._shop.order_request()
        )
        assert status in {200, 201}, answer
        assert [line["qty"] for line in answer["lines"]] == [self._in_cart]
        self._in_cart = 0

    async def check_sums(self) -> None:
        """Check that cart, orders and stock match what was answered."""
        assert await self._shop.quantity(APPLES) == self._in_cart
        sold = self._shop.count(SOLD)
        assert (sold, self._stock - sold) == (
            self._added - self._in_cart,
            self._shop.count(STOCK),
        )


class FailOnce:
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


def plant_failures(
    monkeypatch: pytest.MonkeyPatch, fails: Callable[[], object], *, is_done: bool
) -> None:
    """Have reads, writes and saves fail when *fails* is true: before the query, or after it."""
    for owner, name in (
        (store_database, "run_query"),
        (Lookups, "_row"),
        (WriteConnection, "run"),
        (WriteConnection, "save"),
        (WriteConnection, "commit"),
    ):
        original = getattr(owner, name)
        monkeypatch.setattr(owner, name, failing(original, fails, is_done=is_done))


def failing(
    original: Callable[..., Any], fails: Callable[[], object], *, is_done: bool
) -> Callable[..., Any]:
    """Return *original*, which fails when *fails* is true: before the query, or after it."""

    def query(*args: Any, **kwargs: Any) -> Any:
        fails_now = fails()
        if fails_now and not is_done:
            raise DatabaseUnavailable("a planted failure")
        answer = original(*args, **kwargs)
        if fails_now:
            raise DatabaseUnavailable("a planted failure after the commit")
        return answer

    return query


@pytest.mark.parametrize("fault", CODES)
async def test_ops_and_orders_are_applied_once_whichever_write_fails(
    fault: str, taped_shop: TapedShop
) -> None:
    shopping = Shopping(taped_shop.shop)
    for act in (shopping.add, shopping.buy):
        for call in count(1):
            await shopping.add()
            taped_shop.tape.fails = failure = FailOnce(call, CODES[fault])
            await act()
            await shopping.check_sums()
            if not failure.has_failed:
                break
        assert MIN_CALLS < call < MAX_CALLS
        taped_shop.tape.fails = never_fails


@pytest.mark.parametrize("fault", CODES)
async def test_while_writes_fail_ops_are_busy_and_pages_work(
    fault: str, taped_shop: TapedShop
) -> None:
    shopping = Shopping(taped_shop.shop)
    await shopping.add()
    taped_shop.tape.fails = lambda _call: CODES[fault]
    for _ in range(ROUNDS):
        body = op(1, APPLES, str(uuid4()))
        status, answer = await taped_shop.shop.send("POST", "/api/cart/ops", body)
        assert (status, answer["verdicts"][0]["code"]) == (200, "busy")
        assert (await taped_shop.shop.send("GET", "/api/cart"))[0] == 200
        assert (await taped_shop.shop.send("GET", "/api/products"))[0] == 200
    taped_shop.tape.fails = never_fails
    await shopping.add()
    await shopping.buy()
    await shopping.check_sums()


@pytest.mark.parametrize("is_done", [False, True], ids=["not done", "done without an answer"])
async def test_ops_and_orders_are_applied_once_whichever_query_fails(
    taped_shop: TapedShop, monkeypatch: pytest.MonkeyPatch, *, is_done: bool
) -> None:
    shopping = Shopping(taped_shop.shop)
    for act in (shopping.add, shopping.buy):
        for call in range(1, MAX_QUERIES):
            await shopping.add()
            with monkeypatch.context() as patched:
                plant_failures(patched, FailOnce(call), is_done=is_done)
                await act()
            await shopping.check_sums()


async def test_ops_and_orders_are_applied_once_when_writes_fail_at_random(
    taped_shop: TapedShop,
) -> None:
    shopping, chance = Shopping(taped_shop.shop), Random(1)
    taped_shop.tape.fails = lambda _call: FAILED if chance.random() < 1 / 20 else 0
    for _ in range(ROUNDS):
        await shopping.add()
        await shopping.add()
        await shopping.buy()
    taped_shop.tape.fails = never_fails
    await shopping.check_sums()


@pytest.mark.parametrize("is_done", [False, True], ids=["not done", "done without an answer"])
async def test_ops_and_orders_are_applied_once_when_queries_fail_at_random(
    taped_shop: TapedShop, monkeypatch: pytest.MonkeyPatch, *, is_done: bool
) -> None:
    shopping, chance = Shopping(taped_shop.shop), Random(1)
    with monkeypatch.context() as patched:
        plant_failures(patched, lambda: chance.random() < 1 / 6, is_done=is_done)
        for _ in range(ROUNDS):
            await shopping.add()
            await shopping.add()
            await shopping.buy()
    await shopping.check_sums()


def never_fails(_call: int) -> int:
    """Fail nothing."""
    return 0
