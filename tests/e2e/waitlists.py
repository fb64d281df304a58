"""What a test has to know of waitlists that no answer tells."""

import asyncio
from functools import partial

from tests.e2e.orders import query_database
from tests.e2e.server import Server
from tests.waiting import until

CONNECTED = "SELECT count(*) = :count FROM waitlist WHERE node IS NOT NULL AND expires_at IS NULL"


async def noticed(shop: Server, waiting: int) -> None:
    """Wait until servers have written down of so many who wait that they are connected.

    An offer is made to others for a shorter time, which is told again once they are noticed.
    """
    await until(partial(asyncio.to_thread, query_database, shop, CONNECTED, count=waiting))
