"""All that is in memory is compared with a database that may have gone back."""

from typing import Any
from uuid import uuid4

import pytest

from tests.http.harness import open_harness
from tests.http.logins import session_of
from tests.http.visitor import ADA
from tests.live.fakes import FakeTab
from tests.runtime.test_polling import polling_of

MILK, BREAD = "milk-2l", "wholemeal-bread-800g"
OPS: list[dict[str, Any]] = [
    {"k": "line.add", "sku": MILK, "qty": 2},
    {"k": "line.add", "sku": BREAD, "qty": 1, "seen": 1},
    {"k": "line.save", "sku": BREAD},
    {"k": "note.set", "text": "Ring twice"},
    {"k": "voucher.set", "code": "no such code"},
    {"k": "undo"},
]


@pytest.mark.on_both
async def test_a_recheck_keeps_what_is_as_in_the_database_and_compares_everything(
    url: str,
) -> None:
    async with open_harness(url) as harness:
        visitor = harness.visitor()
        session = await session_of(harness, await visitor.send("/api/accounts", ADA))
        assert session
        ops = [{"n": n, **op} for n, op in enumerate(OPS, 1)]
        await visitor.send("/api/cart/ops", {"outbox": str(uuid4()), "ops": ops})
        async with harness.live.hub.borrow(session.account, None) as cart:
            assert cart.tabs.enter(tab := FakeTab())
            harness.database.reads.clear()

            harness.live.recheck()
            is_doubted = not cart.is_in_sync
            await harness.live.hub.resync()
            await polling_of(harness).poll()

            assert is_doubted
            assert cart.is_in_sync
            assert tab.disconnects == []
        reads = harness.database.reads
        assert {"load_carts", "load_ended_sessions", "load_news"} <= {*reads}
        assert harness.live.ended_sessions.revision < 100
