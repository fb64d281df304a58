"""The figures of a test: as text for the table and the page, and as values for JSON."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from app.load.histogram import Histogram
from app.load.run import Figures, Point, Run

SHARES: Final = (0.5, 0.9, 0.99, 0.999, 1.0)
MOST_NAMED: Final = 3

Row = tuple[str, ...]


def rows(runs: Sequence[Run]) -> Iterator[Row]:
    """Yield each figure's name and its text for each run; figures that are empty are left out."""
    for name, figure in _FIGURES:
        cells = [figure(run.figures) for run in runs]
        if any(cells):
            yield name, *(each or "-" for each in cells)
    yield "promises broken", *(str(len(run.breaches)) for run in runs)


def values(runs: Sequence[Run]) -> dict[str, Any]:
    """Return all results as JSON values."""
    return {"version": 1, "runs": [_run(run) for run in runs]}


def _run(run: Run) -> dict[str, Any]:
    figures = run.figures
    to_shop, from_shop = figures.bytes_each
    return {
        "plan": asdict(run.plan),
        "cut_short": run.is_cut_short,
        "seconds": round(figures.seconds, 3),
        "ops": figures.tick.done,
        "ops_per_s": round(figures.per_s, 1),
        "asked": run.all.submitted,
        "not_asked": run.all.not_submitted,
        "sockets": figures.sockets,
        "latency_ms": _percentiles(figures.tick.answers),
        "opening_ms": _percentiles(run.all.openings),
        "return_ms": _percentiles(run.all.returns),
        "bytes_to_shop_per_op": round(to_shop, 1),
        "bytes_from_shop_per_op": round(from_shop, 1),
        "queries_per_op": figures.queries_each,
        "server_cpu_us_per_op": figures.server_us,
        "server_memory_kib": figures.server_memory_kib,
        "own_cpu_s": round(figures.own_cpu_s, 2),
        "refused": run.all.refused,
        "not_now": run.all.later,
        "errors": run.all.errors,
        "chaos": run.all.chaos,
        "offers": run.all.offers,
        "helps": run.all.helps,
        "points": [_point(point) for point in run.points],
        "broken": [breach._asdict() for breach in run.breaches],
    }


def _point(point: Point) -> dict[str, Any]:
    server = point.server
    return {
        "at_s": round(point.at_s, 3),
        "phase": point.phase,
        "sockets": point.sockets,
        "ops": point.tick.done,
        "p50_ms": point.tick.answers.at(0.5),
        "p99_ms": point.tick.answers.at(0.99),
        "server_cpu": round(server.cpu_s / point.took_s, 3) if server else None,
        "server_memory_kib": server.memory_kib if server else None,
    }


def _percentiles(histogram: Histogram) -> dict[str, float]:
    return {f"p{share * 100:g}": histogram.at(share) for share in SHARES} if histogram else {}


def _spread(histogram: Histogram) -> str:
    if not len(histogram):
        return ""
    return "  ".join(f"p{100 * s:g} {histogram.at(s):,.1f}" for s in SHARES) + " ms"


def _most_of(counts: Counter[str]) -> str:
    """Return the total, and the most frequent ones."""
    if not counts:
        return ""
    most = ", ".join(f"{name} {count:,}" for name, count in counts.most_common(MOST_NAMED))
    return f"{counts.total():,} ({most})"


def _server_cpu(figures: Figures) -> str:
    if figures.server_cpu_s is None:
        return ""
    each = f", {figures.server_us:,.0f} µs an op" if figures.server_us else ""
    return f"{figures.server_cpu_s / figures.seconds:.0%} of a core{each}"


def _queries(figures: Figures) -> str:
    return "" if figures.queries_each is None else f"{figures.queries_each:.1f}"


def _memory(figures: Figures) -> str:
    kib = figures.server_memory_kib
    return f"{kib / 1024:,.0f} MiB" if kib else ""


_FIGURES: Final[tuple[tuple[str, Callable[[Figures], str]], ...]] = (
    ("sockets at most", lambda f: f"{f.sockets:,}"),
    ("ops answered", lambda f: f"{f.tick.done:,} in {f.seconds:.1f} s"),
    ("ops a second", lambda f: f"{f.per_s:,.0f}"),
    ("answers", lambda f: _spread(f.tick.answers)),
    ("opening a tab", lambda f: _spread(f.tick.openings)),
    ("back after a cut", lambda f: _spread(f.tick.returns)),
    ("refused", lambda f: _most_of(f.tick.refused)),
    ("told to come later", lambda f: _most_of(f.tick.later)),
    ("errors", lambda f: _most_of(f.tick.errors)),
    (
        "never asked: outbox full",
        lambda f: f"{f.tick.not_submitted:,}" if f.tick.not_submitted else "",
    ),
    ("offers taken", lambda f: f"{f.tick.offers:,}" if f.tick.offers else ""),
    ("helps given", lambda f: f"{f.tick.helps:,}" if f.tick.helps else ""),
    ("chaos", lambda f: _most_of(f.tick.chaos)),
    ("bytes for an op", lambda f: "{:,.0f} out, {:,.0f} in".format(*f.bytes_each)),
    ("queries for an op", _queries),
    ("server CPU", _server_cpu),
    ("server memory", _memory),
    ("CPU of this test", lambda f: f"{f.own_cpu_s / f.seconds:.0%} of a core" if f.seconds else ""),
)
