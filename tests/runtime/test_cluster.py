"""Changes by other servers are found by reconciling, even if their events are lost."""

import pytest
from sqlalchemy import Connection

from app.bus.events import Barrier
from app.bus.leases import Leases
from app.bus.relay_frames import Batch
from app.domain.accounts import AccountId
from app.domain.ops import SetNote
from app.live.ports import DisconnectReason
from app.runtime import cluster
from app.runtime.cluster import PeerListener
from app.store.cart_saves import as_save, save_carts
from app.store.carts import load_cart
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.sessions import end_session
from tests.bus.fakes import FakeLeaseStore
from tests.databases import Databases
from tests.examples import NOON, after
from tests.http.harness import HttpHarness, open_harness
from tests.http.logins import session_of, with_socket
from tests.http.visitor import ADA

NOTE = "Written at another server"


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the URL of an empty database."""
    engine = connect(url := databases.new())
    migrate(engine)
    engine.dispose()
    return url


class NoLinks:
    """Stands for the links to other servers, of which there are none."""

    def on_batch(self, batch: Batch) -> None:
        """Do nothing."""

    def on_disconnected(self) -> None:
        """Do nothing."""


class NoBarriers:
    """Stands for what answers barriers, of which none come."""

    def on_barrier(self, node: str, barrier: Barrier) -> None:
        """Do nothing."""


def listener_of(harness: HttpHarness) -> PeerListener:
    """Return the shop's listener for events of other servers, which reconciles at once."""
    leases = Leases(FakeLeaseStore("one"))
    return PeerListener(harness.live, NoLinks(), leases, NoBarriers(), reconcile_every_s=0.0)


def write_note(connection: Connection, account: AccountId) -> None:
    """Save a note as another server does."""
    cart = after(SetNote(NOTE), cart=load_cart(connection, account))
    save_carts(connection, [as_save(cart, ())], NOON)


def test_open_carts_are_reconciled_every_30_seconds() -> None:
    assert cluster.RECONCILE_EVERY_S == 30


async def test_a_cart_whose_event_was_lost_is_reloaded_after_reconciling(url: str) -> None:
    async with open_harness(url) as harness:
        session = await session_of(harness, await harness.visitor().send("/api/accounts", ADA))
        assert session
        hub, listener = harness.context.hub, listener_of(harness)
        async with hub.borrow(session.account, None) as cart:
            await harness.database.write(write_note, session.account)
            assert cart.saved.note == ""

            await listener.reconcile()
            await listener.check_suspects()
            await hub.resync()

            assert cart.saved.note == NOTE


async def test_a_login_whose_event_was_lost_ends_after_reconciling(url: str) -> None:
    async with open_harness(url) as harness:
        begun = await harness.visitor().send("/api/accounts", ADA)
        session, socket = await session_of(harness, begun), await with_socket(harness, begun)
        assert session
        await harness.database.write(end_session, session.id_hash)

        await listener_of(harness).reconcile()

        assert socket.disconnects == [DisconnectReason.SIGNED_OUT]
