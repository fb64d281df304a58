"""How live carts are updated after each commit, and in which order."""

import asyncio
from collections.abc import AsyncIterator

from msgspec.structs import replace

from app.domain.errors import DatabaseUnavailable
from app.domain.ops import SetNote
from app.domain.position import position
from app.live.cart import LiveCart
from app.live.ports import DisconnectReason
from app.live.sync_state import SyncState
from app.protocol.messages import PatchMessage
from app.runtime.commit_loop import CommitLoop
from app.store.writer import Commit
from tests.examples import ADA
from tests.live.fakes import FakeTab
from tests.live.harness import HubHarness


class FakeSource:
    """Yields the commits that a test gives it, and then ends."""

    def __init__(self, *commits: Commit) -> None:
        self.left = list(commits)

    async def commits(self) -> AsyncIterator[Commit]:
        while self.left:
            yield self.left.pop(0)


class FakeCatalog:
    """A catalogue that records at each refresh whether carts waited to be saved."""

    def __init__(self, harness: HubHarness, *, is_away: bool = False) -> None:
        self.waiting: list[bool] = []
        self._around = harness
        self._is_away = is_away

    async def refresh(self) -> None:
        self.waiting.append(bool(self._around.writer.waiting))
        if self._is_away:
            raise DatabaseUnavailable


async def cart_in_writer(harness: HubHarness) -> tuple[LiveCart, FakeTab]:
    """Return a cart whose op the writer is saving, and the tab that sent it."""
    tab = FakeTab()
    cart = await harness.enters(tab)
    tab.submits(cart, 1, SetNote("two bags"))
    harness.writer.takes()
    return cart, tab


async def handle(harness: HubHarness, *commits: Commit, catalog: FakeCatalog | None = None) -> None:
    """Run the commit loop over *commits*."""
    refresh = (catalog or FakeCatalog(harness)).refresh
    await CommitLoop(FakeSource(*commits), harness.hub, refresh, harness.clock.steady_s).run()


async def test_a_saved_cart_is_announced() -> None:
    harness = HubHarness()
    _, tab = await cart_in_writer(harness)

    await handle(harness, Commit(saved=(ADA,)))

    assert [type(one) for one in tab.take_received()][-1] is PatchMessage


async def test_a_cart_that_another_server_saved_is_stale_until_it_is_reloaded() -> None:
    harness = HubHarness()
    cart, tab = await cart_in_writer(harness)

    await handle(harness, Commit(stale=(ADA,)))

    assert cart.sync_state is SyncState.STALE
    assert tab.take_received() == []
    await harness.hub.resync()
    assert cart.is_in_sync


async def test_a_cart_of_an_unknown_commit_is_reloaded_before_it_is_announced() -> None:
    harness = HubHarness()
    cart, tab = await cart_in_writer(harness)

    await handle(harness, Commit(unknown=(ADA,)))

    assert cart.sync_state is SyncState.UNKNOWN
    assert not any(isinstance(one, PatchMessage) for one in tab.take_received())


async def test_a_cart_that_cannot_be_saved_is_dropped() -> None:
    harness = HubHarness()
    _, tab = await cart_in_writer(harness)

    await handle(harness, Commit(broken=(ADA,)))

    assert harness.hub.open_carts == 0
    assert {*tab.disconnects} == {DisconnectReason.LOST}


async def test_a_refused_cart_is_ruled_on_again_with_a_refreshed_catalogue() -> None:
    harness = HubHarness()
    await cart_in_writer(harness)
    catalog = FakeCatalog(harness)

    await handle(harness, Commit(refused=(ADA,)), catalog=catalog)

    assert catalog.waiting == [False]
    assert [*harness.writer.waiting] == [ADA]


async def test_a_refused_cart_is_ruled_on_again_though_the_catalogue_cannot_be_refreshed() -> None:
    harness = HubHarness()
    await cart_in_writer(harness)

    await handle(harness, Commit(refused=(ADA,)), catalog=FakeCatalog(harness, is_away=True))

    assert [*harness.writer.waiting] == [ADA]


async def test_the_catalogue_is_not_refreshed_if_nothing_was_refused() -> None:
    harness = HubHarness()
    await cart_in_writer(harness)
    catalog = FakeCatalog(harness)

    await handle(harness, Commit(saved=(ADA,)), Commit(), catalog=catalog)

    assert catalog.waiting == []


async def test_every_commit_is_counted_by_its_outcome_and_duration() -> None:
    harness = HubHarness()
    stats = harness.hub.context.stats

    await handle(
        harness, Commit((ADA,), (ADA,), (ADA,), (ADA,), (ADA,), took_s=0.02), Commit(saved=(ADA,))
    )

    assert stats.saves == {"saved": 2, "refused": 1, "stale": 1, "unknown": 1, "broken": 1}
    assert len(stats.at(harness.clock.steady_s()).commits) == 2


async def test_a_reader_that_waits_for_a_commit_resumes_after_it() -> None:
    harness = HubHarness()
    harness.peers.are_any = True
    cart, _ = await cart_in_writer(harness)
    harness.disk.carts[ADA] = replace(cart.saved, version=cart.saved.version + 1, epoch="7c1d")
    borrowing = asyncio.create_task(_borrow(harness))
    await asyncio.sleep(0)
    assert not borrowing.done()

    await handle(harness, Commit(saved=(ADA,)))

    assert (await borrowing).startswith(position(cart.saved).partition(".")[0])


async def _borrow(harness: HubHarness) -> str:
    async with harness.hub.borrow(ADA, None) as cart:
        return position(cart.saved)
