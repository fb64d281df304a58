"""The parameters of a load test, and which combinations are refused."""

import math
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from app.client import Transport

MOST_WINDOW: Final = 32
"""The most ops in flight of one tab (protocol.md §3)."""

OTHER_FILES: Final = 50
"""Requests, the event loop, standard streams and modules."""
FILES_OF_WORKER: Final = 4
"""What the process that starts the workers has open for each of them."""


class BadPlan(Exception):
    """The test cannot run with these parameters; the message says why, and what to change."""


class Scenario(StrEnum):
    """The behaviour of the shoppers (docs/load-testing.md)."""

    SHOPPING = "shopping"
    HAMMER = "hammer"
    IDLE = "idle"
    STORM = "storm"
    RECONNECT = "reconnect"
    HTTP = "http"
    EVENTS = "events"
    HOLDS = "holds"
    QUEUE = "queue"
    HELP = "help"


SCARCE: Final = frozenset({Scenario.HOLDS, Scenario.QUEUE})
"""Those in which all want what few are left of."""
WITH_RATE: Final = (Scenario.SHOPPING, Scenario.HAMMER, Scenario.HTTP, Scenario.EVENTS)
WITH_HOUSEHOLD: Final = (
    Scenario.SHOPPING,
    Scenario.HAMMER,
    Scenario.IDLE,
    Scenario.STORM,
    Scenario.EVENTS,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The parameters; `rate` is in ops a second for all accounts together, 0 for a closed loop."""

    url: str = "http://127.0.0.1:8000"
    scenario: Scenario = Scenario.SHOPPING
    accounts: int = 20
    tabs: int = 2
    seconds: float = 10.0
    ramp_s: float = 1.0
    rate: float = 0.0
    window: int = 1
    most: int = 0
    processes: int = 1
    seed: int = 1
    is_chaotic: bool = False
    owns_shop: bool = False
    settle_s: float = 30.0
    transport: Transport = Transport.WEBSOCKET
    household: int = 1
    """How many share each cart; 1: nobody beside its account."""

    def check(self) -> None:
        """Raise BadPlan if the parameters do not fit together."""
        host = urlsplit(self.url).hostname or ""
        if not self.owns_shop and not _is_loopback(host):
            raise BadPlan(
                f"“{self.url}” is not on this machine. Push a shop only if it is yours, and say"
                " so with --i-own-this-shop."
            )
        if self.rate and self.scenario not in WITH_RATE:
            raise BadPlan(f"--rate goes with the scenarios {', '.join(WITH_RATE)}.")
        if self.rate and self.window > 1:
            raise BadPlan("--rate asks whether or not answers come; --window is for without it.")
        if self.household > 1 and self.scenario not in WITH_HOUSEHOLD:
            raise BadPlan(f"--household goes with the scenarios {', '.join(WITH_HOUSEHOLD)}.")
        if self.tabs < self.household:
            raise BadPlan("each of a household has a tab. Raise --tabs.")
        if self.processes > self.accounts:
            raise BadPlan("there are more processes than accounts. Raise --accounts.")

    @property
    def open_files(self) -> int:
        """About how many files a process has open: sockets, a few that are closing, others."""
        sockets = math.ceil(self.accounts / self.processes) * self.tabs
        return sockets + sockets // 10 + OTHER_FILES + self.processes * FILES_OF_WORKER

    @property
    def interval_s(self) -> float:
        """The seconds between two ops of one account in an open loop."""
        return self.accounts / self.rate if self.rate else 0.0


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
