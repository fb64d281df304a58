"""The terminal output: figures while a test runs, and the table at its end."""

from collections.abc import Sequence
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from app.load.run import Point, Run
from app.load.summary import rows

SPARKS: Final = "▁▂▃▄▅▆▇█"
WIDTH: Final = 60
MOST_SHOWN: Final = 20


class ProgressDisplay:
    """A line of figures that is redrawn in place; plain lines if the output is no terminal."""

    def __init__(self, console: Console):
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._rates: list[float] = []

    def __enter__(self) -> Self:
        """Start drawing."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Erase the line."""
        if self._console.is_terminal:
            self._live.stop()

    def show(self, point: Point) -> None:
        """Show the newest point."""
        self._rates = [*self._rates[1 - WIDTH :], point.tick.done / point.took_s]
        if self._console.is_terminal:
            self._live.update(_drawn(point, self._rates), refresh=True)
        else:
            self._console.print(_line(point), highlight=False, soft_wrap=True)


def print_table(console: Console, runs: Sequence[Run]) -> None:
    """Print the figures of the runs side by side."""
    table = Table("", *(run.plan.scenario.value for run in runs))
    for name, *values in rows(runs):
        table.add_row(name, *values)
    console.print(table)


def print_breaches(console: Console, runs: Sequence[Run]) -> None:
    """Print the broken promises, and the frames of the first account with one."""
    breaches = [breach for run in runs for breach in run.breaches]
    if not breaches:
        console.print("Every promise was kept.", style="green")
        return
    console.print(f"{len(breaches)} broken promises:", style="bold red")
    for breach in breaches[:MOST_SHOWN]:
        _print_plainly(console, f"  {breach.account}: {breach.what}")
    console.print(f"The last frames of {breaches[0].account} before the first:")
    for frame in breaches[0].frames:
        _print_plainly(console, f"  {frame}")


def _print_plainly(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _drawn(point: Point, rates: list[float]) -> RenderableType:
    highest = max(rates) or 1.0
    sparks = "".join(SPARKS[int(rate / highest * (len(SPARKS) - 1))] for rate in rates)
    return Group(Text(_line(point)), Text(sparks, style="green"))


def _line(point: Point) -> str:
    tick = point.tick
    server = f"  server {point.server.cpu_s / point.took_s:.0%}" if point.server else ""
    return (
        f"{point.at_s:6.1f} s {point.phase:6} {point.sockets:6,} sockets"
        f" {tick.done / point.took_s:8,.0f} ops/s"
        f"  p50 {tick.answers.at(0.5):.1f} ms  p99 {tick.answers.at(0.99):.1f} ms"
        f"  {tick.refused.total()} refused  {tick.errors.total()} errors{server}"
    )
