"""The report: figures of the PUSH phase as a table, as JSON and as a page."""

import json
from xml.etree import ElementTree as ET

from app.load.counters import Tick
from app.load.histogram import Histogram
from app.load.page import page
from app.load.plan import Plan, Scenario
from app.load.plots import Series, bars, lines
from app.load.run import Phase, Point, Run
from app.load.server import Cost
from app.load.summary import rows, values
from app.load.trace import Breach

MARKUP = "</pre><script>alert(1)</script>"


def tick(done: int, *milliseconds: float) -> Tick:
    answers = Histogram()
    for each in milliseconds:
        answers.record(each / 1000)
    return Tick(submitted=done, done=done, answers=answers, sent_bytes=70 * done)


def point(at_s: float, phase: Phase, done: int, cpu_s: float = 0.1) -> Point:
    return Point(at_s, 1.0, phase, 40, tick(done, 2.0), Cost(cpu_s, 0.0, 2048), 0.05)


POINTS = (
    point(1, Phase.RAMP, 5),
    point(2, Phase.PUSH, 100),
    point(3, Phase.PUSH, 300),
    point(4, Phase.SETTLE, 1),
)
RUN = Run(Plan(), POINTS, (Breach("u-1", MARKUP, (MARKUP,)),))


def test_the_figures_count_only_the_push_phase() -> None:
    figures = RUN.figures

    assert (figures.tick.done, figures.seconds, figures.per_s) == (400, 2.0, 200.0)
    assert figures.server_us == 0.2 / 400 * 1e6
    assert RUN.all.done == 406


def test_two_runs_are_columns_of_one_table() -> None:
    other = Run(Plan(scenario=Scenario.HTTP), POINTS[:2], ())
    table = {name: text for name, *text in rows([RUN, other])}

    assert table["ops answered"] == ["400 in 2.0 s", "100 in 1.0 s"]
    assert table["promises broken"] == ["1", "0"]


def test_an_empty_figure_has_no_row() -> None:
    assert {"refused", "chaos"} & {name for name, *_ in rows([RUN])} == set()


def test_the_values_are_json_and_hold_the_broken_promise() -> None:
    (run,) = json.loads(json.dumps(values([RUN])))["runs"]

    assert run["ops"] == 400
    assert run["latency_ms"]["p50"] > 0
    assert run["broken"] == [{"account": "u-1", "what": MARKUP, "frames": [MARKUP]}]


def test_the_page_is_well_formed_and_loads_no_other_resource() -> None:
    text = page([RUN])

    ET.fromstring(  # noqa: S314 - it is our own
        text.removeprefix("<!doctype html>")
        .replace('<meta charset="utf-8">', "")
        .replace('<meta name="viewport" content="width=device-width, initial-scale=1">', "")
    )
    assert MARKUP not in text
    assert "&lt;script&gt;" in text
    assert [word for word in ("src=", "href=", "url(", "@import") if word in text] == []


def test_a_plot_has_a_point_for_each_value_and_a_gap_for_each_missing_one() -> None:
    drawn = lines("Answers", "ms", [Series("p50", [(0, 1.0), (1, None), (2, 2.0), (3, 4.0)])])

    assert drawn.count("M") == 2
    assert drawn.count("L") == 1


def test_bars_count_each_value_once() -> None:
    drawn = bars("Answers", "ms", [(0.9, 3), (1.5, 4), (1.9, 1), (40.0, 2)])

    assert [f"up to {most}: {count}<" in drawn for most, count in ((1, 3), (2, 5), (50, 2))] == [
        True
    ] * 3


def test_an_empty_plot_is_omitted() -> None:
    assert lines("Sockets", "open", [Series("sockets", [(0, 0.0)])]) == ""
    assert bars("Answers", "ms", []) == ""
