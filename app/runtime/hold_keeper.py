"""Keeps the holds of the carts that this server serves, and ends those whose time is over.

It also writes down which of those who wait for a product are connected here.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.hold_care import Grace, Held, plan_care
from app.domain.waitlist import AWAY_AFTER_S, plan_offers
from app.live.hub import Hub
from app.runtime.clock import Clock
from app.store.database import Database
from app.store.hold_care import attend_waitlist, load_held, load_leases, take_care
from app.store.waitlist import attend_offers, load_presence

CARE_EVERY_S = 1.0
LEASE_S = 3
"""A lease is renewed three times before it ends."""
_AWAY: Final = Grace(AWAY_AFTER_S, AWAY_AFTER_S)


class HoldKeeper:
    """Looks at all holds from time to time, while there are any, and does what is due.

    `node` is a name that no other server has had, not even this one before it was restarted.
    """

    def __init__(self, database: Database, hub: Hub, clock: Clock, grace: Grace, node: str):
        self._database = database
        self._hub = hub
        self._clock = clock
        self._grace = grace
        self._node = node

    async def take_care(self) -> None:
        """Write down whose connections live, who has left, and what is over.

        Raises `DatabaseUnavailable`; the next call does it then. It costs nothing where nothing is
        held and nobody waits.
        """
        if self._hub.context.catalog.has_waitlists:
            await self._attend_waitlists()
        await self._take_care_of_holds()

    async def _attend_waitlists(self) -> None:
        waiting = await self._database.read(load_presence)
        leases = await self._database.read(load_leases)
        connected = self._hub.connected([one.account for one in waiting])
        now_s = int(self._clock.now_s())
        care = plan_care(waiting, leases, connected, self._node, now_s, _AWAY)
        if care.attend or care.leave or care.needs_lease:
            await self._database.write(attend_waitlist, care, self._node, now_s + LEASE_S)

    async def _take_care_of_holds(self) -> None:
        today = self._hub.context.catalog.today
        if not sum([today.products[sku].on_hold for sku in today.holders]):
            return
        held, leases = await self._database.read(load_held)
        attended = self._hub.attended([one.account for one in held])
        now_s = int(self._clock.now_s())
        await self._attend_offers([one for one in held if one.offered], leases, now_s)
        care = plan_care(held, leases, attended, self._node, now_s, self._grace)
        if care.is_needed:
            await self._database.write(take_care, care, self._node, now_s + LEASE_S)
        if care.end:
            self._hub.request_refresh()

    async def _attend_offers(
        self, offered: Sequence[Held], leases: Mapping[str, int], now_s: int
    ) -> None:
        connected = self._hub.connected([one.account for one in offered])
        care = plan_offers(offered, leases, connected, self._node, now_s)
        if care.is_needed:
            await self._database.write(attend_offers, care, self._node, now_s)
            self._hub.request_refresh()
