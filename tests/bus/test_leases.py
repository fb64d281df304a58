"""A cart is used on the one node that owns it or, if nobody can say, where it is needed."""

import asyncio
from contextlib import suppress

from app.bus.leases import CLAIM_S, Leases, Owner
from app.bus.redis import BusDisconnected
from app.domain.accounts import AccountId
from tests.bus.fakes import FakeLeaseStore, SharedLeases
from tests.examples import ADA

BOB = AccountId("u-bob")


class Node:
    """A node whose leases are exchanged whenever there is something to do."""

    def __init__(self, name: str, shared: SharedLeases):
        self.store = FakeLeaseStore(name, shared)
        self.leases = Leases(self.store)
        self.lost: list[AccountId] = []
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            with suppress(BusDisconnected):
                await self.leases.run(self.lost.append)
            await asyncio.sleep(0)

    async def rests(self) -> None:
        """Do one more exchange."""
        self.leases.compare()
        for _ in range(10):
            await asyncio.sleep(0)


def two_nodes() -> tuple[Node, Node, SharedLeases]:
    """Return two nodes, and what they share."""
    shared = SharedLeases()
    return Node("one", shared), Node("other", shared), shared


async def test_the_first_to_use_a_cart_owns_it_until_its_last_use_ends() -> None:
    one, other, shared = two_nodes()
    assert await one.leases.acquire(ADA) is None
    one.leases.use(ADA)
    assert await other.leases.acquire(ADA) == Owner("one")

    one.leases.leave(ADA)
    await one.rests()
    assert shared.owners == {ADA: "one"}
    one.leases.leave(ADA)
    await one.rests()

    assert await other.leases.acquire(ADA) is None
    assert shared.owners == {ADA: "other"}


async def test_a_cart_that_is_owned_here_is_used_again_without_asking() -> None:
    one, _, _ = two_nodes()
    await one.leases.acquire(ADA)
    asked = one.store.exchanges

    assert await one.leases.acquire(ADA) is None
    assert one.store.exchanges == asked


async def test_claims_of_one_turn_are_one_exchange() -> None:
    one, _, _ = two_nodes()
    await one.rests()
    asked = one.store.exchanges

    await asyncio.gather(one.leases.acquire(ADA), one.leases.acquire(BOB), one.leases.acquire(ADA))

    assert one.store.exchanges == asked + 1
    assert one.leases.held == {ADA, BOB}


async def test_the_cart_of_a_node_that_is_gone_is_taken_over() -> None:
    one, other, shared = two_nodes()
    await one.leases.acquire(ADA)
    one.task.cancel()
    del shared.living["one"]

    assert await other.leases.acquire(ADA) is None
    assert (shared.owners[ADA], other.leases.counts["takeover"]) == ("other", 1)


async def test_a_node_that_does_not_answer_can_be_passed_over() -> None:
    one, other, shared = two_nodes()
    await one.leases.acquire(ADA)

    assert await other.leases.acquire(ADA, instead_of="one") is None
    assert shared.owners[ADA] == "other"


async def test_a_node_that_was_not_heard_of_finds_out_which_carts_it_lost() -> None:
    one, other, shared = two_nodes()
    await one.leases.acquire(ADA)
    await one.leases.acquire(BOB)
    del shared.living["one"]
    await other.leases.acquire(ADA)

    await one.rests()

    assert {*one.lost} == {ADA}
    assert (one.leases.held, shared.owners) == ({BOB}, {ADA: "other", BOB: "one"})


async def test_without_the_store_a_cart_is_used_where_it_is_needed_and_compared_later() -> None:
    one, other, shared = two_nodes()
    await asyncio.gather(one.rests(), other.rests())
    shared.is_away = True
    assert await one.leases.acquire(ADA) is None
    assert await other.leases.acquire(ADA) is None

    shared.is_away = False
    await one.rests()
    await other.rests()

    assert (one.lost, other.lost) == ([], [ADA])


async def test_a_claim_that_is_not_answered_in_time_is_decided_for_the_shopper() -> None:
    leases = Leases(FakeLeaseStore("one"))
    began_s = asyncio.get_running_loop().time()

    assert await leases.acquire(ADA) is None

    assert CLAIM_S <= asyncio.get_running_loop().time() - began_s < CLAIM_S + 5


async def test_a_lease_that_nobody_waits_for_any_more_is_given_up() -> None:
    one, _, shared = two_nodes()
    acquiring = asyncio.create_task(one.leases.acquire(ADA))
    await asyncio.sleep(0)
    one.leases.leave(ADA)

    await acquiring
    await one.rests()

    assert (one.leases.held, shared.owners) == (set(), {})


async def test_a_node_that_leaves_says_so_and_its_carts_are_waited_for() -> None:
    one, other, _ = two_nodes()
    await one.leases.acquire(ADA)
    one.leases.begin_leaving()
    await one.rests()
    assert await other.leases.acquire(ADA) == Owner("one", is_leaving=True)
    released = asyncio.create_task(one.leases.released(ADA))
    await one.rests()
    assert not released.done()

    one.leases.leave(ADA)
    await released

    assert await other.leases.acquire(ADA) is None
