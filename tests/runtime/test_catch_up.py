"""A search finds what was saved before it, whoever saved it, without waiting for a poll."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.domain.catalog import Sku
from app.runtime.catch_up import CatchUp
from app.store.product_edits import set_product
from tests.http.harness import HttpHarness, open_harness
from tests.http.visitor import fields
from tests.staff import BY_COMMAND

MILK = Sku("milk-2l")


class HangingDatabase:
    """A database that answers nothing."""

    async def look_up(self, *_: Any) -> None:
        """Never return."""
        await asyncio.Event().wait()


@pytest.fixture
async def harness(url: str) -> AsyncIterator[HttpHarness]:
    """Return a shop that does not poll by itself."""
    async with open_harness(url) as opened:
        yield opened


async def rename_unseen(harness: HttpHarness, name: str) -> None:
    """Call the milk otherwise, as another server or a command does."""
    await harness.database.write(set_product, MILK, {"name": name}, BY_COMMAND)


async def found(harness: HttpHarness, q: str) -> list[str]:
    """Return what the drop-down of the search field gets."""
    answer = await fields(await harness.visitor().get(f"/api/products?q={q}"))
    return [product["sku"] for product in answer["products"]]


@pytest.mark.on_both
async def test_an_edit_is_found_as_soon_as_it_is_saved(harness: HttpHarness) -> None:
    assert await found(harness, "zesty") == []

    await rename_unseen(harness, "Zesty moon cheese")
    assert await found(harness, "zesty") == [MILK]
    await rename_unseen(harness, "Zephyr")
    assert await found(harness, "zesty") == []


async def test_staff_find_it_too(harness: HttpHarness) -> None:
    await rename_unseen(harness, "Zesty moon cheese")

    assert [one.sku for one in (await harness.context.search.find_any("oon che", 1)).products] == [
        MILK
    ]


async def test_a_search_of_an_unchanged_catalogue_costs_one_look_up(harness: HttpHarness) -> None:
    harness.database.reads.clear()

    await found(harness, "milk")

    assert harness.database.reads == ["revisions"]


async def test_a_list_without_words_asks_nothing(harness: HttpHarness) -> None:
    harness.database.reads.clear()

    await found(harness, "")

    assert harness.database.reads == []


async def test_the_catalogue_is_searched_while_the_database_is_away(harness: HttpHarness) -> None:
    harness.database.is_away = True

    assert MILK in await found(harness, "milk")


async def test_a_search_does_not_wait_for_a_database_that_hangs(harness: HttpHarness) -> None:
    catalog, refresh = harness.context.catalog, harness.live.catalog.refresh
    hanging: Any = HangingDatabase()

    await CatchUp(hanging, catalog, refresh, patience_s=0)()

    assert catalog.index.place(MILK) is not None
