"""Measures fan-out: the time and server CPU until a price edit has reached every watching tab.

python -m bench.fanout [TABS ...]

The edit is a request of the staff page. The time includes the request and the commit, and ends with
the last frame that arrives.
"""

import asyncio
import sys
import time
from http.client import HTTPConnection
from statistics import quantiles
from typing import NamedTuple
from urllib.parse import urlencode

import uvloop

from app.client import Account
from bench.operations import SKUS
from bench.shop import MeasuredShop, measured_shop

TABS_EACH = 10
EDITS = 20
PAUSE_S = 0.5
SETTLE_S = 0.5
HIGHEST_PRICE = 500
PASSWORD = "as many bricks as there are"  # noqa: S105 - of a shop that lives for a minute


class FanOut(NamedTuple):
    """The time until the first and the last tab got the price, and the CPU per tab."""

    tabs: int
    median_ms: float
    p95_ms: float
    first_ms: float
    cpu_us: float

    def __str__(self) -> str:
        """Return a row of the table."""
        return (
            f"| {self.tabs:,} | {self.first_ms:.0f} ms | {self.median_ms:.0f} ms"
            f" | {self.p95_ms:.0f} ms | {self.cpu_us:.0f} µs |"
        )


class StaffMember:
    """A signed-in member of staff who edits the price of one product."""

    def __init__(self, shop: MeasuredShop):
        server = shop.server
        words = ("account", "add", "grace@bench.example", "--name", "Grace", "--staff")
        made = server.command(*words, given=f"{PASSWORD}\n")
        assert not made.returncode, made.stderr
        self._headers = {"Origin": server.origin, "Host": server.host}
        self._connection = HTTPConnection("127.0.0.1", server.port)
        fields = {"email": "grace@bench.example", "password": PASSWORD}
        self._headers["Cookie"] = self._post("/login", fields).partition(";")[0]
        self._version = 0

    def edit(self, price: int) -> None:
        """Set the price, in pence."""
        fields = {
            "version": str(self._version),
            "price": f"{price // 100}.{price % 100:02}",
            "reason": "Offer",
        }
        self._post(f"/staff/products/{SKUS[0]}", fields)
        self._version += 1

    def _post(self, path: str, fields: dict[str, str]) -> str:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", path, urlencode(fields), self._headers | kind)
        answer = self._connection.getresponse()
        assert answer.status == 303, (answer.status, answer.read().decode())
        self._connection.close()
        return answer.headers.get("Set-Cookie", "")


class Watchers:
    """Tabs that watch one product, and when each received its new price."""

    def __init__(self) -> None:
        self._tabs = 0
        self._received_s: list[float] = []
        self._all = asyncio.Event()

    @property
    def tabs(self) -> int:
        """The number of tabs."""
        return self._tabs

    async def open_tabs(self, shop: MeasuredShop, accounts: list[Account]) -> None:
        """Open ten tabs for each account."""
        for account in accounts * TABS_EACH:
            tab = await shop.open(account, self._on_message)
            tab.send_json(t="watch", skus=[SKUS[0]])
            self._tabs += 1
        await asyncio.sleep(SETTLE_S)

    async def measure_edit(self, staff: StaffMember, price: int) -> tuple[float, float]:
        """Edit the price; return the seconds until the first and the last tab received it."""
        self._received_s.clear()
        self._all.clear()
        began_s = time.monotonic()
        editing = asyncio.create_task(asyncio.to_thread(staff.edit, price))
        await editing
        await self._all.wait()
        return self._received_s[0] - began_s, self._received_s[-1] - began_s

    def _on_message(self, text: bytes) -> None:
        if text.startswith(b'{"t":"prices"'):
            self._received_s.append(time.monotonic())
            if len(self._received_s) == self._tabs:
                self._all.set()


async def fan_out(shop: MeasuredShop, accounts: list[Account]) -> FanOut:
    """Edit one price repeatedly, with pauses."""
    watchers, staff = Watchers(), await asyncio.to_thread(StaffMember, shop)
    await watchers.open_tabs(shop, accounts)
    before = shop.cost.cpu_s
    delays = []
    for price in range(HIGHEST_PRICE - EDITS, HIGHEST_PRICE):
        delays.append(await watchers.measure_edit(staff, price))
        await asyncio.sleep(PAUSE_S)
    spent_s = shop.cost.cpu_s - before
    first_s, last_s = zip(*delays, strict=True)
    marks = quantiles(last_s, n=20, method="inclusive")
    cpu_us = spent_s / EDITS / watchers.tabs * 1e6
    first_ms = 1000 * sorted(first_s)[EDITS // 2]
    return FanOut(watchers.tabs, 1000 * marks[9], 1000 * marks[18], first_ms, cpu_us)


async def main(sizes: list[int]) -> None:
    """Print the table."""
    print("| tabs | first heard | last heard, median | p95 | CPU for each |")
    print("| --- | --- | --- | --- | --- |")
    for tabs in sizes:
        with measured_shop() as shop:
            print(await fan_out(shop, await shop.register(tabs // TABS_EACH)), flush=True)


if __name__ == "__main__":
    uvloop.run(main([int(word) for word in sys.argv[1:]] or [100, 1000]))
