"""A strict parser of the Prometheus text format."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)')
_LABEL = re.compile(r'([a-z]+)="((?:[^"\\\n]|\\["\\n])*)"')
_ENDS = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


class Key(NamedTuple):
    """A metric's name, and its labels in the order of their names."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()


class ParsedMetrics(NamedTuple):
    """All values, and the type of each metric."""

    numbers: Mapping[Key, float]
    kinds: Mapping[str, str]

    def number(self, name: str, **labels: str) -> float:
        """Return one value."""
        return self.numbers[Key(name, tuple(sorted(labels.items())))]

    @property
    def names(self) -> set[str]:
        """Return the names of the values."""
        return {f"{name}{end}" for name, kind in self.kinds.items() for end in _ENDS[kind]}


def read(text: str) -> ParsedMetrics:
    """Parse *text*; fail unless each metric is described once, before its values, and is unique."""
    numbers: dict[Key, float] = {}
    kinds: dict[str, str] = {}
    described = ""
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            described, _, what = line.removeprefix("# HELP ").partition(" ")
            assert what, line
        elif line.startswith("# TYPE "):
            name, kind = line.removeprefix("# TYPE ").split(" ")
            assert (name, name in kinds) == (described, False), line
            kinds[name] = kind
        else:
            key, value = _number(line)
            assert key.name in {f"{described}{end}" for end in _ENDS[kinds[described]]}, line
            assert key not in numbers, line
            numbers[key] = value
    return ParsedMetrics(numbers, kinds)


def _number(line: str) -> tuple[Key, float]:
    match = _LINE.fullmatch(line)
    assert match, line
    labels = _LABEL.findall(match[2] or "")
    return Key(match[1], tuple(sorted(labels))), float(match[3])
