"""Statistics for operators: the last minute second by second, and totals since the start.

An op costs one append; everything else is computed when it is read, or once a second.
"""

from array import array
from collections import Counter, deque
from collections.abc import Sequence, Sized
from math import ceil

from app.domain.position import SnapshotReason
from app.domain.verdicts import No, RetryLater
from app.live.histogram import Histogram
from app.live.unmet_demand import UnmetDemand

SECONDS = 60
OK = "ok"
FATES = ("saved", "refused", "stale", "unknown", "broken")
"""The outcomes that a commit may have for a cart."""


class Durations:
    """Durations in seconds, sorted when percentiles are read.

    `record` adds one. `count` adds them to *ever*, all durations since the start.
    """

    def __init__(self, ever: Histogram) -> None:
        self._ever = ever
        self._took_s = array("f")
        self.record = self._took_s.append
        self._sorted: Sequence[float] = ()
        self._counted = 0

    def __len__(self) -> int:
        """Return how many were recorded."""
        return len(self._took_s)

    def count(self) -> None:
        """Count in *ever* what was recorded since the last call."""
        self._ever.add(sorted(self._took_s[self._counted :]))
        self._counted = len(self._took_s)

    def ms(self, share: float) -> float | None:
        """Return the percentile for *share* (0 to 1) in milliseconds; `None` without durations."""
        if not self._took_s:
            return None
        if len(self._sorted) != len(self._took_s):
            self._sorted = array("f", sorted(self._took_s))
        return self._sorted[max(0, ceil(share * len(self._sorted)) - 1)] * 1000


class Second:
    """What happened within one second of the steady clock.

    `answers` has how long each verdict took from when its op came, `commits` how long each
    transaction took.
    """

    def __init__(self, at_s: int, answers: Histogram, commits: Histogram, unmet: UnmetDemand):
        self.at_s = at_s
        self.unmet = unmet
        self.answers = Durations(answers)
        self.commits = Durations(commits)
        self._refused: Counter[str] = Counter()
        self._put_off: Counter[str] = Counter()

    @property
    def verdicts(self) -> Counter[str]:
        """How many answers were sent, by their code."""
        ok = len(self.answers) - self._refused.total()
        return self._refused + self._put_off + Counter({OK: ok})

    def refuse(self, verdict: No) -> None:
        """Count a verdict as a refusal; each other answer counts as `OK`."""
        self._refused[verdict.code] += 1

    def put_off(self, later: RetryLater) -> None:
        """Count an answer that is no verdict: try again later."""
        self._put_off[later.code] += 1

    def count(self) -> None:
        """Count the durations in the histograms since the start."""
        self.answers.count()
        self.commits.count()


class Stats:
    """The last `SECONDS` seconds, and totals since the start.

    `welcomes` counts connections by the reason of their snapshot (`None`: the tab had the same
    cart), `saves` counts carts by their outcome in a commit. `unmet` is saved by day.
    """

    def __init__(self) -> None:
        self.welcomes: Counter[SnapshotReason | None] = Counter()
        self.saves: Counter[str] = Counter()
        self.unmet = UnmetDemand()
        self._seconds: deque[Second] = deque(maxlen=SECONDS + 1)
        self._ended: Counter[str] = Counter()
        self._answers = Histogram()
        self._commits = Histogram()

    @property
    def answers(self) -> Histogram:
        """How long answers took, since the start."""
        self._count()
        return self._answers

    @property
    def commits(self) -> Histogram:
        """How long transactions took, since the start."""
        self._count()
        return self._commits

    @property
    def verdicts(self) -> Counter[str]:
        """How many answers were sent since the start, by their code."""
        return self._ended + (self._seconds[-1].verdicts if self._seconds else Counter())

    def at(self, now_s: float) -> Second:
        """Return the current second, to count in."""
        if not self._seconds or self._seconds[-1].at_s != int(now_s):
            self._ended = self.verdicts
            self._count()
            self._seconds.append(Second(int(now_s), self._answers, self._commits, self.unmet))
        return self._seconds[-1]

    def commit(self, now_s: float, took_s: float, fates: Sequence[Sized]) -> None:
        """Count a commit that took *took_s*; *fates* are its carts, in the order of `FATES`."""
        self.at(now_s).commits.record(took_s)
        for fate, carts in zip(FATES, fates, strict=True):
            if carts:
                self.saves[fate] += len(carts)

    def last(self, now_s: float) -> list[Second]:
        """Return the last full seconds, oldest first, empty ones included."""
        known = {second.at_s: second for second in self._seconds}
        span = range(int(now_s) - SECONDS, int(now_s))
        return [
            known.get(at_s) or Second(at_s, Histogram(), Histogram(), self.unmet) for at_s in span
        ]

    def _count(self) -> None:
        """Count the current second's durations so far."""
        if self._seconds:
            self._seconds[-1].count()
