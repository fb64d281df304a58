"""All metrics of one server, read from its parts at each scrape."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from app.domain.position import DIVERGENCES, SnapshotReason
from app.domain.verdicts import Code, RetryCode
from app.live.hub import Hub
from app.live.stats import FATES, OK, Stats
from app.metrics.process import process_metrics
from app.metrics.prometheus import Metric, counter, gauge, histogram, to_text
from app.services.passwords import Passwords
from app.ws.registry import CODES, OTHER, ConnectionRegistry

CLOSES = (*(str(int(code)) for code in sorted(CODES)), OTHER)
REFUSALS = (400, 403, 421, 503)
"""The statuses that refuse a handshake (docs/protocol.md §1)."""


class SaveQueue(Protocol):
    """Where carts wait to be saved; `store.writer.Writer` is one."""

    @property
    def waiting(self) -> int:
        """How many carts wait."""


class Bus(Protocol):
    """The connection to other servers; `bus.redis.RedisBus` is one."""

    @property
    def is_up(self) -> bool:
        """Say whether events are received."""

    @property
    def waiting(self) -> int:
        """How many events wait to be published."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The parts of a server that have metrics. `began_s` is when it started, since 1970.

    `bus` is None for a server without peers.
    """

    node: str
    hub: Hub
    connections: ConnectionRegistry
    writer: SaveQueue
    passwords: Passwords
    bus: Bus | None
    began_s: float

    def text(self) -> str:
        """Return all metrics in the text format of Prometheus."""
        return to_text(self.metrics())

    def metrics(self) -> Iterator[Metric]:
        """Yield all metrics."""
        yield gauge("shop_info", "Always 1; says which server this is.", 1, node=self.node)
        yield from self._gauges()
        yield from _counters(self.hub.context.stats)
        yield counter(
            "shop_alarms_total",
            "Tabs that knew more than the database, or something else.",
            _by_name({str(why): self.hub.divergences.counts[why] for why in sorted(DIVERGENCES)}),
            "kind",
        )
        yield counter(
            "shop_closes_total",
            "Sockets that were closed, by the code that they were closed with.",
            _by_name(dict.fromkeys(CLOSES, 0) | self.connections.closed),
            "code",
        )
        yield counter(
            "shop_handshakes_refused_total",
            "Sockets that were refused by an HTTP status.",
            _by_name(
                {str(status): self.connections.refused[HTTPStatus(status)] for status in REFUSALS}
            ),
            "status",
        )
        yield from process_metrics(self.began_s)

    def _gauges(self) -> Iterator[Metric]:
        unread = [connection.unread for connection in self.connections.inside]
        yield gauge("shop_sockets", "Open sockets.", len(unread))
        yield gauge("shop_carts", "Open carts.", self.hub.open_carts)
        yield gauge("shop_carts_waiting", "Carts that wait to be saved.", self.writer.waiting)
        yield gauge("shop_wishes_waiting", "Ops and orders ruled on, not told.", self.hub.waiting)
        yield gauge("shop_unread_frames", "Frames that clients have not read.", sum(unread))
        slowest = max(unread, default=0)
        yield gauge("shop_unread_frames_most", "Frames that the slowest has not read.", slowest)
        checking = self.passwords.checking
        yield gauge("shop_passwords_checking", "Passwords being checked, or waiting.", checking)
        if self.bus:
            yield gauge("shop_news_up", "1 if other servers' news are heard.", self.bus.is_up)
            waiting = self.bus.waiting
            yield gauge("shop_news_waiting", "News that wait to be told to others.", waiting)


def _counters(stats: Stats) -> Iterator[Metric]:
    """Yield the counters of live carts, with a 0 for each label that was never counted."""
    whys = (None, *SnapshotReason)
    yield counter(
        "shop_welcomes_total",
        "Tabs that were let in: their cart was the same, or a snapshot followed, and why.",
        {(("snapshot" if why else "same"), why or ""): stats.welcomes[why] for why in whys},
        "mode",
        "why",
    )
    codes = (OK, *Code, *RetryCode)
    verdicts = stats.verdicts
    yield counter(
        "shop_verdicts_total",
        "Answers to ops, by their code; repeats are not counted.",
        _by_name({str(code): verdicts[code] for code in codes}),
        "code",
    )
    yield counter(
        "shop_saves_total",
        "Carts in commits, by what became of them.",
        _by_name({fate: stats.saves[fate] for fate in FATES}),
        "fate",
    )
    yield histogram("shop_answer_seconds", "From an op's arrival to its verdict.", stats.answers)
    yield histogram("shop_commit_seconds", "How long the database took.", stats.commits)


def _by_name(counts: Mapping[str, int] | Counter[str]) -> Mapping[tuple[str, ...], float]:
    return {(name,): count for name, count in counts.items()}
