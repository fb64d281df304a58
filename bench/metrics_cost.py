"""Measures the CPU cost of metrics: counting a verdict and a commit, and exporting all figures.

    python -m bench.metrics_cost [--sockets 10000]

CPU time of this process, the best of several runs, so that other load matters little.
"""

import argparse
import time
from collections.abc import Callable

from app.domain.catalog import Terms
from app.domain.limits import Limits
from app.live.catalog import LiveCatalog
from app.live.context import CartContext
from app.live.hub import Hub
from app.live.stats import Stats
from app.metrics.collect import Metrics
from app.runtime.cluster import NoPeers
from app.services.mail.sender import MailStats
from app.services.passwords import Passwords, make_hasher
from app.services.security_log import SecurityLog
from app.ws.event_streams import StreamStats
from app.ws.registry import ConnectionRegistry
from tests.live.fakes import FakeDisk, FakeWriter

RUNS = 20
ANSWERS, COMMITS = 20_000, 2_000


class FakeConnection:
    """An open connection with an empty send queue."""

    unread = 0

    def drain(self, open_after_ms: int, close_in_ms: int) -> None:
        """Do nothing."""

    def restart(self) -> None:
        """Do nothing."""


class FakeWriterStats:
    """A writer with no carts waiting to be saved."""

    waiting = 0


def best_s(work: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of *work* per repetition; *work* repeats *times* times."""
    took_s = []
    for _ in range(RUNS):
        began_s = time.process_time()
        work()
        took_s.append(time.process_time() - began_s)
    return min(took_s) / times


def count_answers() -> None:
    """Count the verdicts of a busy second."""
    second = Stats().at(0)
    for _ in range(ANSWERS):
        second.answers.record(0.0042)
    second.count()


def count_commits() -> None:
    """Count the commits of some busy seconds."""
    stats, fates = Stats(), (("ada",), (), (), (), ())
    for _ in range(COMMITS):
        stats.commit(0, 0.0042, fates)


def main(sockets: int) -> None:
    """Print the table."""
    shop = CartContext(
        LiveCatalog(Terms()), FakeWriter(), Limits(), time.time, time.monotonic, NoPeers()
    )
    connections = ConnectionRegistry(sockets, 1, 1)
    connections.inside.update(FakeConnection() for _ in range(sockets))
    passwords = Passwords(make_hasher())
    metrics = Metrics(
        "w1",
        Hub(FakeDisk(), shop),
        connections,
        StreamStats(),
        FakeWriterStats(),
        passwords,
        None,
        time.time(),
        {},
        SecurityLog(),
        MailStats(),
    )
    print("| | CPU |\n| --- | --- |")
    print(f"| counting an answer | {best_s(count_answers, ANSWERS) * 1e9:.0f} ns |")
    print(f"| counting a commit | {best_s(count_commits, COMMITS) * 1e9:.0f} ns |")
    export_s = best_s(metrics.text, 1)
    print(f"| telling all figures, {sockets:,} sockets | {export_s * 1e3:.1f} ms |")
    passwords.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=10_000)
    main(**vars(parser.parse_args()))
