"""Figures as Prometheus reads them: its text format, version 0.0.4."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from app.live.histogram import BOUNDS_S, Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Sample(NamedTuple):
    """One number; `suffix` is what its name has after that of the figure."""

    value: float
    labels: Mapping[str, str] = {}
    suffix: str = ""


class Figure(NamedTuple):
    """A figure: its name, its kind (counter, gauge or histogram), a sentence, its numbers."""

    name: str
    kind: str
    what: str
    samples: Iterable[Sample]


def counter(name: str, what: str, counts: Mapping[tuple[str, ...], float], *labels: str) -> Figure:
    """Return what only grows: *counts* by the values of *labels*, in their order."""
    samples = [Sample(count, dict(zip(labels, key, strict=True))) for key, count in counts.items()]
    return Figure(name, "counter", what, samples)


def gauge(name: str, what: str, value: float, **labels: str) -> Figure:
    """Return what goes up and down."""
    return Figure(name, "gauge", what, [Sample(value, labels)])


def histogram(name: str, what: str, counted: Histogram) -> Figure:
    """Return how durations in seconds are spread; a bucket counts those of all below it too."""
    bounds = (*(f"{bound:g}" for bound in BOUNDS_S), "+Inf")
    below = list(accumulate(counted.counts))
    buckets = [
        Sample(count, {"le": bound}, "_bucket") for bound, count in zip(bounds, below, strict=True)
    ]
    ends = [Sample(counted.sum_s, {}, "_sum"), Sample(below[-1], {}, "_count")]
    return Figure(name, "histogram", what, [*buckets, *ends])


def to_text(figures: Iterable[Figure]) -> str:
    """Return the text of all *figures*."""
    return "".join(f"{line}\n" for figure in figures for line in _lines(figure))


def _lines(figure: Figure) -> Iterator[str]:
    yield f"# HELP {figure.name} {figure.what}"
    yield f"# TYPE {figure.name} {figure.kind}"
    for value, labels, suffix in figure.samples:
        yield f"{figure.name}{suffix}{_labels(labels)} {value:.12g}"


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
