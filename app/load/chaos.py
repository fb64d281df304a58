"""What goes wrong on purpose: lines cut, ops sent again and sent twice."""

from typing import Final

from app.client import NotConnected, Tab
from app.load.shopper import Shopper
from app.protocol.faults import FAULTS

MEAN_PAUSE_S: Final = 0.5
NEWEST: Final = 16
"""Ops that are surely remembered on both sides."""


async def make_trouble(shopper: Shopper) -> None:
    """Cut, repeat and double at random for as long as the shift lasts."""
    run = shopper.run
    while run.goes_on:
        await run.wait(2 * MEAN_PAUSE_S * run.chance())
        tab = shopper.tabs[int(run.chance() * len(shopper.tabs))]
        if run.chance() < 1 / 2:
            _count(shopper, "line-cut")
            tab.drop()
        else:
            _repeat(shopper, tab)


def _repeat(shopper: Shopper, tab: Tab) -> None:
    """Send a waiting op twice, or an answered one again."""
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
