"""SVG plots: lines over time, and bars."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final, NamedTuple

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 14, 34
STEPS: Final = (1, 2, 5, 10)
LINES: Final = 4
TEN: Final = 10


class Series(NamedTuple):
    """A named line; a point without a value is a gap."""

    name: str
    points: Sequence[tuple[float, float | None]]


def lines(title: str, unit: str, series: Sequence[Series]) -> str:
    """Return a plot of *series* over seconds, with a legend; empty if all values are 0."""
    known = [point for one in series for point in one.points if point[1] is not None]
    if not any(y for _, y in known):
        return ""
    frame = _Frame(max(x for x, _ in known), max(y or 0 for _, y in known))
    drawn = "".join(_line(frame, n, one) for n, one in enumerate(series))
    return _figure(title, unit, frame.axes("s") + drawn, [one.name for one in series])


def bars(title: str, unit: str, counts: Sequence[tuple[float, int]]) -> str:
    """Return a histogram of *counts*, which are pairs of value and count in order."""
    bins = _binned(counts)
    if not bins:
        return ""
    frame = _Frame(len(bins), max(count for _, count in bins))
    drawn = "".join(_bar(frame, n, most, count) for n, (most, count) in enumerate(bins))
    return _figure(title, unit, frame.levels() + drawn, [])


class _Frame(NamedTuple):
    """The mapping of values to coordinates."""

    right: float
    top: float

    def x(self, value: float) -> float:
        return LEFT + value / (self.right or 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / (_round_up(self.top) or 1) * (HEIGHT - TOP - BOTTOM)

    def levels(self) -> str:
        top = _round_up(self.top)
        return "".join(self._level(top * n / LINES) for n in range(LINES + 1))

    def axes(self, unit: str) -> str:
        marks = (self.right * n / LINES for n in range(LINES + 1))
        ticks = (_text(self.x(x), HEIGHT - 12, f"{_shown(x)} {unit}", "middle") for x in marks)
        return self.levels() + "".join(ticks)

    def _level(self, value: float) -> str:
        y = self.y(value)
        rule = f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        return rule + _text(LEFT - 8, y + 4, _shown(value), "end")


def _line(frame: _Frame, number: int, series: Series) -> str:
    parts, pen = [], "M"
    for x, y in series.points:
        if y is None:
            pen = "M"
            continue
        parts.append(f"{pen}{frame.x(x):.1f} {frame.y(y):.1f}")
        pen = "L"
    return f'<path class="line s{number}" d="{"".join(parts)}"/>'


def _bar(frame: _Frame, number: int, most: float, count: int) -> str:
    x, y, width = frame.x(number), frame.y(count), frame.x(1) - frame.x(0)
    box = (
        f'<rect class="bar" x="{x + 1:.1f}" y="{y:.1f}" width="{max(1.0, width - 2):.1f}"'
        f' height="{HEIGHT - BOTTOM - y:.1f}"><title>up to {most:.3g}: {count:,}</title></rect>'
    )
    return box + _text(x + width / 2, HEIGHT - 12, f"≤ {most:.3g}", "middle")


def _binned(counts: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Return *counts* in bins that end at 1, 2, 5, 10 …; empty bins are left out."""
    bins: dict[float, int] = {}
    for value, count in counts:
        most = _round_up(value)
        bins[most] = bins.get(most, 0) + count
    return list(bins.items())


def _round_up(value: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20 … that is at least *value*."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** floor(log10(value))
    return next((step * unit for step in STEPS if step * unit >= value), ceil(value))


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= TEN or value == int(value) else f"{value:.1f}"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _figure(title: str, unit: str, drawn: str, names: Sequence[str]) -> str:
    keys = "".join(f'<span class="key s{n}">{escape(name)}</span>' for n, name in enumerate(names))
    return (
        f"<figure><figcaption>{escape(title)} <small>{escape(unit)}</small>{keys}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{drawn}</svg>'
        "</figure>"
    )
