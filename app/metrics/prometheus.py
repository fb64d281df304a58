"""The text format of Prometheus, version 0.0.4."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from app.live.histogram import BOUNDS_S, Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Sample(NamedTuple):
    """A number with labels; `suffix` comes after the name of its metric."""

    value: float
    labels: Mapping[str, str] = {}
    suffix: str = ""


class Metric(NamedTuple):
    """A metric: its name, its kind (counter, gauge or histogram), its help text, its samples."""

    name: str
    kind: str
    help: str
    samples: Iterable[Sample]


def counter(
    name: str, help_text: str, counts: Mapping[tuple[str, ...], float], *labels: str
) -> Metric:
    """Return a metric that only grows: *counts* by the values of *labels*, in their order."""
    samples = [Sample(count, dict(zip(labels, key, strict=True))) for key, count in counts.items()]
    return Metric(name, "counter", help_text, samples)


def gauge(name: str, help_text: str, value: float, **labels: str) -> Metric:
    """Return a metric that goes up and down."""
    return Metric(name, "gauge", help_text, [Sample(value, labels)])


def histogram(name: str, help_text: str, counted: Histogram) -> Metric:
    """Return durations in seconds by cumulative buckets, as Prometheus has them."""
    bounds = (*(f"{bound:g}" for bound in BOUNDS_S), "+Inf")
    below = list(accumulate(counted.counts))
    buckets = [
        Sample(count, {"le": bound}, "_bucket") for bound, count in zip(bounds, below, strict=True)
    ]
    ends = [Sample(counted.sum_s, {}, "_sum"), Sample(below[-1], {}, "_count")]
    return Metric(name, "histogram", help_text, [*buckets, *ends])


def to_text(metrics: Iterable[Metric]) -> str:
    """Return the text of all *metrics*."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for value, labels, suffix in metric.samples:
        yield f"{metric.name}{suffix}{_labels(labels)} {value:.12g}"


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
