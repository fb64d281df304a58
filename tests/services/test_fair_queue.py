"""A queue that is fair to addresses and to networks."""

import asyncio
from collections.abc import Sequence

import pytest

from app.services.fair_queue import FairQueue, QueueFull


class Bench:
    """Joins a queue in a given order, and notes whose turn it is and who is turned away."""

    def __init__(self, at_once: int = 1, most: int = 100):
        self.queue = FairQueue(at_once, most)
        self.turns = list[str]()
        self.refused = list[str]()
        self.tasks = list[asyncio.Task[None]]()

    async def joins(self, *addresses: str) -> None:
        """Have them join, one after the other."""
        for address in addresses:
            self.tasks.append(asyncio.create_task(self._join(address)))
            await asyncio.sleep(0)

    async def serves_all(self) -> Sequence[str]:
        """End turn after turn, and return whose they were."""
        while self.queue.size:
            self.queue.leave()
            await asyncio.sleep(0)
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.turns

    async def _join(self, address: str) -> None:
        try:
            await self.queue.join(address)
        except QueueFull:
            self.refused.append(address)
        else:
            self.turns.append(address)


A, B, SHOPPER = "192.0.2.1", "198.51.100.1", "203.0.113.1"


async def test_turns_go_round_the_addresses_however_much_each_has_waiting() -> None:
    bench = Bench()
    await bench.joins(*[A] * 5, *[B] * 5, SHOPPER)

    turns = await bench.serves_all()

    assert turns.index(SHOPPER) <= 3
    assert turns[1:7] == [A, B, SHOPPER, A, B, A]


async def test_many_addresses_of_one_network_have_the_turns_of_one() -> None:
    """Whoever rents a /24 or a /48 does not get 256 or 65,536 times the turns of a shopper."""
    bench = Bench()
    crowd = [f"192.0.2.{n}" for n in range(20)] + [f"2001:db8:1:{n:x}::/64" for n in range(20)]
    await bench.joins(*crowd, SHOPPER)

    turns = await bench.serves_all()

    assert turns.index(SHOPPER) <= 3
    assert sorted(turns) == sorted([*crowd, SHOPPER])


async def test_in_a_full_queue_who_has_most_gives_up_a_place_to_who_has_fewer() -> None:
    bench = Bench(most=6)
    await bench.joins(*[A] * 6, B, SHOPPER)

    turns = await bench.serves_all()

    assert bench.refused == [A, A]
    assert sorted(turns) == sorted([A, A, A, A, B, SHOPPER])


async def test_in_a_full_queue_who_has_most_is_turned_away() -> None:
    bench = Bench(most=4)
    await bench.joins(A, A, A, B, A)

    await bench.serves_all()

    assert bench.refused == [A]


async def test_a_neighbour_with_fewer_places_is_served_before_who_has_most() -> None:
    bench, neighbour = Bench(most=4), "192.0.2.2"
    await bench.joins(A, A, A, A, neighbour)

    assert neighbour in await bench.serves_all()
    assert bench.refused == [A]


async def test_at_most_so_many_run_at_once() -> None:
    bench = Bench(at_once=2)
    await bench.joins(A, B, SHOPPER)

    assert bench.turns == [A, B]
    assert bench.queue.size == 3


async def test_who_goes_away_leaves_no_place_behind() -> None:
    bench = Bench()
    await bench.joins(A, B, SHOPPER)
    bench.tasks[1].cancel()
    await asyncio.sleep(0)

    assert bench.queue.size == 2
    assert await bench.serves_all() == [A, SHOPPER]


async def test_who_goes_away_as_their_turn_begins_ends_it() -> None:
    bench = Bench()
    await bench.joins(A, B, SHOPPER)
    bench.queue.leave()
    bench.tasks[1].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert bench.turns == [A, SHOPPER]


async def test_a_queue_without_places_takes_nobody() -> None:
    with pytest.raises(QueueFull):
        await FairQueue(1, 0).join(A)
