"""When what is in carts is counted, and what a look shows meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.cart import Line
from app.domain.catalog import Money, Sku
from app.domain.errors import DatabaseUnavailable
from app.services.cart_reports import KEPT, QUICK_S, CartReport, CartReports
from app.store import cart_reports
from app.store.accounts import add_account
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from tests.examples import ADA, NOON
from tests.http.flaky import FlakyDatabase
from tests.live.fakes import FakeClock
from tests.store.example_people import ADA_HERSELF, BOB_HIMSELF

MILK = Sku("milk")
SLICES = 3
"""One of Ada's cart, one of Bob's, and one that finds no more."""


class CountedCarts(FlakyDatabase):
    """A database that takes `slice_s` to read a cart, and the pauses that are made between.

    While `may_go_on` is cleared, a pause does not end.
    """

    def __init__(self, url: str):
        super().__init__(url)
        self.clock = FakeClock()
        self.slice_s = 0.0
        self.pauses: list[float] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.reports = CartReports(self, self.clock.now_s, self.clock.steady_s, self._pause)

    async def read(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run *query* slowly."""
        self.clock.passes(self.slice_s)
        return await super().read(query, *args, **kwargs)

    async def put_milk(self, qty: int) -> None:
        """Save Ada's cart with so much milk."""
        before = await super().read(load_cart, ADA)
        cart = replace(before, lines={MILK: Line(1, qty, Money(99))})
        await self.write(save_carts, [as_save(cart, ())], NOON)

    async def look(self) -> int | None:
        """Return how much milk a look shows; None while carts are being counted."""
        report = await self.reports.latest()
        return None if report is None else milk_in(report)

    async def look_until(self, qty: int) -> None:
        """Look until so much milk is shown."""
        for _ in range(500):
            if await self.look() == qty:
                return
            await asyncio.sleep(0.01)
        pytest.fail("the count does not end")

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.may_go_on.wait()


def milk_in(report: CartReport) -> int:
    """Return how much milk is in carts."""
    return report.held[MILK].units


@pytest.fixture
async def carts(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CountedCarts]:
    """Return two carts, which are read one by one; Ada's has milk."""
    monkeypatch.setattr(cart_reports, "SLICE", 1)
    database = CountedCarts(url)
    for person in (ADA_HERSELF, BOB_HIMSELF):
        await database.write(add_account, person, "e0", NOON)
    await database.put_milk(1)
    yield database
    database.reports.close()
    database.close()


async def test_carts_that_are_counted_quickly_are_counted_for_each_look(
    carts: CountedCarts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.cart_reports.QUICK_S", 60.0)
    assert await carts.look() == 1
    await carts.put_milk(5)
    assert await carts.look() == 5


async def test_between_slices_the_database_is_left_to_others_for_as_long(
    carts: CountedCarts,
) -> None:
    carts.slice_s = 3.0

    await carts.look_until(1)

    assert carts.reads.count("add_slice") == SLICES
    assert carts.pauses == [3.0] * (SLICES - 1)


async def test_a_long_count_is_kept_for_several_times_as_long_and_none_waits_for_the_next(
    carts: CountedCarts,
) -> None:
    carts.slice_s = 3.0
    await carts.look_until(1)
    await carts.put_milk(5)
    carts.may_go_on.clear()

    carts.clock.passes(3.0 * SLICES * KEPT - 1)
    assert await carts.look() == 1
    assert carts.reads.count("add_slice") == SLICES

    carts.clock.passes(1)
    assert [await carts.look() for _ in range(3)] == [1] * 3
    carts.may_go_on.set()
    await carts.look_until(5)
    assert carts.reads.count("add_slice") == 2 * SLICES


async def test_the_first_look_goes_on_without_a_report_if_counting_takes_long(
    carts: CountedCarts,
) -> None:
    carts.may_go_on.clear()
    assert await carts.look() is None
    carts.clock.passes(QUICK_S)
    with pytest.raises(StopIteration) as ended:  # the second waits for nothing
        carts.look().send(None)
    assert ended.value.value is None

    carts.may_go_on.set()
    await carts.look_until(1)


async def test_a_count_that_failed_is_told_once_and_begun_anew(carts: CountedCarts) -> None:
    carts.is_away = True
    with pytest.raises(DatabaseUnavailable):
        await carts.look()

    carts.is_away = False
    await carts.look_until(1)
