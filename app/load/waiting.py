"""A shopper who waits for what is sold out, and takes what is offered (protocol.md §11)."""

from contextlib import suppress
from typing import Final

from app.domain.catalog import Sku
from app.domain.ops import AddLine
from app.domain.verdicts import Ok
from app.domain.waitlist import Offer
from app.load.op_mix import scarce_op
from app.load.shopper import REQUEST_ERRORS, Shopper

ENOUGH_MS: Final = 60_000
"""An offer that lasts for less is left alone: it might end before it is taken."""


class Waiting:
    """What an account is offered, as its first tab is told; what is offered can be had."""

    def __init__(self, shopper: Shopper):
        self._shopper = shopper
        self._messages = shopper.tabs[0].events()
        self._offered: dict[Sku, int] = {}

    async def take_turn(self, since_s: float) -> None:
        """Take what is offered, or else want something scarce, and wait for it if there is none."""
        await self._listen()
        if self._offered:
            await self._take(next(iter(self._offered)), since_s)
            return
        op = scarce_op(self._shopper.run.skus, self._shopper.run.chance)
        verdict = await self._shopper.submit(op, since_s)
        if isinstance(op, AddLine) and not isinstance(verdict, Ok):
            with suppress(*REQUEST_ERRORS):  # There may be one again, or too many places.
                await self._shopper.account.wait_for(op.sku)

    async def leave(self) -> None:
        """Wait for nothing more, and give back what is offered."""
        with suppress(*REQUEST_ERRORS):
            waitlist = await self._shopper.account.waitlist()
            skus = [place.sku for place in waitlist.places]
            for sku in (*skus, *(offer.sku for offer in waitlist.offers)):
                await self._shopper.account.leave_waitlist(sku)

    async def _listen(self) -> None:
        while len(self._messages):
            message = await self._messages.next()
            if isinstance(message, Offer):
                self._offered.pop(message.sku, None)
                if message.ms > ENOUGH_MS:
                    self._offered[message.sku] = message.ms

    async def _take(self, sku: Sku, since_s: float) -> None:
        del self._offered[sku]
        self._shopper.run.counters.offers += 1
        verdict = await self._shopper.submit(AddLine(sku, 1), since_s)
        if not isinstance(verdict, Ok):
            self._shopper.trace.report(f"{sku} was offered, and could not be had: {verdict}")
