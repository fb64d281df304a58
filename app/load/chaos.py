"""Fault injection: dropped connections, and ops that are sent again or twice."""

from typing import Final

from app.client import NotConnected, Tab
from app.load.shopper import Shopper
from app.protocol.faults import FAULTS

MEAN_PAUSE_S: Final = 0.5
NEWEST: Final = 16
"""Ops that client and server surely still remember."""


async def inject_faults(shopper: Shopper) -> None:
    """Inject faults at random until the run ends."""
    run = shopper.run
    while run.is_running:
        await run.wait(2 * MEAN_PAUSE_S * run.chance())
        tab = shopper.tabs[int(run.chance() * len(shopper.tabs))]
        if run.chance() < 1 / 2:
            _count(shopper, "line-cut")
            tab.drop()
        else:
            _repeat(shopper, tab)


def _repeat(shopper: Shopper, tab: Tab) -> None:
    """Send a waiting op a second time, or a settled one again."""
    waiting = tab.pend
    newest = waiting[-1] if waiting else tab.settled
    n = newest if waiting else newest - int(shopper.run.chance() * NEWEST)
    try:
        tab.resend(n)
    except (LookupError, NotConnected):
        return
    _count(shopper, "op-twice" if waiting else "op-again")


def _count(shopper: Shopper, fault: str) -> None:
    shopper.run.counters.chaos[FAULTS[fault].name] += 1
