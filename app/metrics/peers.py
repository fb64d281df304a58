"""Metrics of a server that has peers: its connection to them, what it owns, and what it relays."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from app.metrics.prometheus import Metric, Sample, counter, gauge

EVENTS = ("takeover", "handover", "gap", "silence")


class PeerStats(Protocol):
    """What is counted; `runtime.relaying.Relaying` has it."""

    @property
    def is_up(self) -> bool:
        """Say whether events are received."""

    @property
    def waiting(self) -> int:
        """How many events wait to be published."""

    @property
    def leases(self) -> int:
        """How many carts are owned here."""

    @property
    def relayed(self) -> Mapping[str, int]:
        """How many websockets are relayed, by the end that is here: `edge` or `owner`."""

    @property
    def events(self) -> Mapping[str, int]:
        """How often each of `EVENTS` has happened."""


def peer_metrics(stats: PeerStats) -> Iterator[Metric]:
    """Yield all of them."""
    yield gauge("shop_news_up", "1 if other servers' news are heard.", stats.is_up)
    yield gauge("shop_news_waiting", "News that wait to be told to others.", stats.waiting)
    yield gauge("shop_leases", "Carts that are owned here.", stats.leases)
    yield Metric(
        "shop_relayed_sockets",
        "gauge",
        "Sockets that another server serves (edge), or that are served for another (owner).",
        [Sample(count, {"end": end}) for end, count in stats.relayed.items()],
    )
    yield counter(
        "shop_lease_events_total",
        "Carts taken from dead servers and handed over, and links that were cut: lost or silent.",
        {(event,): stats.events.get(event, 0) for event in EVENTS},
        "event",
    )
