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
from app.metrics.event_streams import event_stream_metrics
from app.metrics.mails import mail_metrics
from app.metrics.peers import PeerStats, peer_metrics
from app.metrics.process import process_metrics
from app.metrics.prometheus import Metric, counter, gauge, histogram, to_text
from app.services.mail.sender import MailStats
from app.services.passwords import Passwords
from app.services.payments.guarded import CALLS, OUTCOMES
from app.services.security_log import SecurityEvent, SecurityLog, SecurityOutcome
from app.ws.event_streams import StreamStats
from app.ws.registry import CODES, OTHER, ConnectionRegistry

CLOSES = (*(str(int(code)) for code in sorted(CODES)), OTHER)
REFUSALS = (400, 403, 421, 503)
"""The statuses that refuse a handshake (docs/protocol.md §1)."""


class SaveQueue(Protocol):
    """Where carts wait to be saved; `store.writer.Writer` is one."""

    @property
    def waiting(self) -> int:
        """How many carts wait."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The parts of a server that have metrics. `began_s` is when it started, since 1970.

    `peers` is None for a server without peers. `ended` counts the connections that the server
    refused or ended, by the reason. `payment_calls` counts calls of the payment provider, by their
    name and outcome; it is None if no cards are taken.
    """

    node: str
    hub: Hub
    connections: ConnectionRegistry
    streams: StreamStats
    writer: SaveQueue
    passwords: Passwords
    peers: PeerStats | None
    began_s: float
    ended: Mapping[str, int]
    security: SecurityLog
    mails: MailStats
    payment_calls: Mapping[tuple[str, str], int] | None = None

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
        yield counter(
            "shop_connections_ended_total",
            "Connections that were refused, or ended because of their client, by the reason.",
            _by_name(self.ended),
            "why",
        )
        yield from event_stream_metrics(self.streams)
        yield _security_events(self.security)
        yield from mail_metrics(self.mails)
        if self.payment_calls is not None:
            yield _payment_calls(self.payment_calls)
        yield from process_metrics(self.began_s)

    def _gauges(self) -> Iterator[Metric]:
        unread = [connection.unread for connection in self.connections.inside]
        relayed = self.peers.relayed["owner"] if self.peers else 0
        yield gauge("shop_sockets", "Open sockets.", max(0, len(unread) - relayed))
        yield gauge("shop_carts", "Open carts.", self.hub.open_carts)
        yield gauge("shop_carts_waiting", "Carts that wait to be saved.", self.writer.waiting)
        yield gauge("shop_wishes_waiting", "Ops and orders ruled on, not told.", self.hub.waiting)
        yield gauge("shop_unread_frames", "Frames that clients have not read.", sum(unread))
        slowest = max(unread, default=0)
        yield gauge("shop_unread_frames_most", "Frames that the slowest has not read.", slowest)
        checking = self.passwords.checking
        yield gauge("shop_passwords_checking", "Passwords being checked, or waiting.", checking)
        if self.peers:
            yield from peer_metrics(self.peers)


def _security_events(log: SecurityLog) -> Metric:
    return counter(
        "shop_security_events_total",
        "Events of the security log, by how they ended.",
        {(e, o): log.counts[e, o] for e in SecurityEvent for o in SecurityOutcome},
        "event",
        "outcome",
    )


def _payment_calls(counts: Mapping[tuple[str, str], int]) -> Metric:
    return counter(
        "shop_payment_calls_total",
        "Calls of the payment provider, by what they are for and how they ended.",
        {(call, outcome): counts.get((call, outcome), 0) for call in CALLS for outcome in OUTCOMES},
        "call",
        "outcome",
    )


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
