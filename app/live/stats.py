"""What the shop did, lately second by second, and since it was opened: for who watches over it.

An op pays for this with an append and two counts; what is to be made of it is made by who looks.
"""

from array import array
from collections import Counter, deque
from collections.abc import Sequence, Sized
from math import ceil

from app.domain.position import SnapshotReason
from app.domain.verdicts import No, RetryLater, Verdict
from app.live.histogram import Histogram

SECONDS = 60
OK = "ok"
FATES = ("saved", "refused", "stale", "unknown", "broken")
"""What may become of a cart in a commit."""


class Durations:
    """How long things took, in seconds; sorted when they are asked for, and counted in *ever*."""

    def __init__(self, ever: Histogram) -> None:
        self._ever = ever
        self._took_s = array("f")
        self._sorted: Sequence[float] = ()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._took_s)

    def record(self, took_s: float) -> None:
        """Count one."""
        self._took_s.append(took_s)
        self._ever.record(took_s)

    def ms(self, share: float) -> float | None:
        """Return the milliseconds within which *share* of all lie; `None` if there are none."""
        if not self._took_s:
            return None
        if len(self._sorted) != len(self._took_s):
            self._sorted = array("f", sorted(self._took_s))
        return self._sorted[max(0, ceil(share * len(self._sorted)) - 1)] * 1000


class Second:
    """What happened within one second of a clock that only goes forward.

    `verdicts` counts answers by their code, `answers` has how long each took from the moment that
    it was asked, `commits` how long the disk took for each batch.
    """

    def __init__(self, at_s: int, answers: Histogram, commits: Histogram):
        self.at_s = at_s
        self.verdicts: Counter[str] = Counter()
        self.answers = Durations(answers)
        self.commits = Durations(commits)

    def answer(self, verdict: Verdict, took_s: float) -> None:
        """Count a verdict that was told after so long."""
        self.verdicts[verdict.code if type(verdict) is No else OK] += 1
        self.answers.record(took_s)

    def put_off(self, later: RetryLater) -> None:
        """Count an answer that is no verdict: not now."""
        self.verdicts[later.code] += 1


class Stats:
    """The newest seconds, of which older ones are forgotten; and what was counted in all of them.

    `welcomes` counts the tabs that were let in, by why they got a snapshot (`None`: their cart was
    the same), `saves` carts by what became of them in a commit.
    """

    def __init__(self) -> None:
        self.answers = Histogram()
        self.commits = Histogram()
        self.welcomes: Counter[SnapshotReason | None] = Counter()
        self.saves: Counter[str] = Counter()
        self._seconds: deque[Second] = deque(maxlen=SECONDS + 1)
        self._ended: Counter[str] = Counter()

    @property
    def verdicts(self) -> Counter[str]:
        """How many answers were given, by their code."""
        return self._ended + (self._seconds[-1].verdicts if self._seconds else Counter())

    def at(self, now_s: float) -> Second:
        """Return the second that runs, to count in."""
        if not self._seconds or self._seconds[-1].at_s != int(now_s):
            self._ended = self.verdicts
            self._seconds.append(Second(int(now_s), self.answers, self.commits))
        return self._seconds[-1]

    def commit(self, now_s: float, took_s: float, fates: Sequence[Sized]) -> None:
        """Count a commit that took so long; *fates* are the carts, in the order of `FATES`."""
        self.at(now_s).commits.record(took_s)
        for fate, carts in zip(FATES, fates, strict=True):
            if carts:
                self.saves[fate] += len(carts)

    def last(self, now_s: float) -> list[Second]:
        """Return the whole seconds before this one, oldest first; in some, nothing happened."""
        known = {second.at_s: second for second in self._seconds}
        span = range(int(now_s) - SECONDS, int(now_s))
        return [known.get(at_s) or Second(at_s, Histogram(), Histogram()) for at_s in span]
