"""Metrics in the text format of Prometheus."""

from app.live.histogram import BOUNDS_S, Histogram
from app.metrics.prometheus import counter, gauge, histogram, to_text
from tests.metrics.reader import read


def test_counters_and_gauges_have_a_line_for_each_value() -> None:
    text = to_text(
        (
            counter("shop_ops_total", "Ops.", {("ok", "ws"): 2, ("rate", "ws"): 0}, "code", "door"),
            gauge("shop_carts", "Carts.", 1234567),
        )
    )

    assert text == (
        "# HELP shop_ops_total Ops.\n"
        "# TYPE shop_ops_total counter\n"
        'shop_ops_total{code="ok",door="ws"} 2\n'
        'shop_ops_total{code="rate",door="ws"} 0\n'
        "# HELP shop_carts Carts.\n"
        "# TYPE shop_carts gauge\n"
        "shop_carts 1234567\n"
    )


def test_a_histogram_bucket_counts_all_durations_up_to_its_bound() -> None:
    counted = Histogram()
    counted.add((0.0005, 0.002, 0.002, 60))

    metrics = read(to_text([histogram("shop_answer_seconds", "Answers.", counted)]))

    bounds = [f"{bound:g}" for bound in BOUNDS_S]
    buckets = [metrics.number("shop_answer_seconds_bucket", le=bound) for bound in bounds]
    assert buckets == [1, *[3] * (len(bounds) - 1)]
    assert metrics.number("shop_answer_seconds_bucket", le="+Inf") == 4
    assert metrics.number("shop_answer_seconds_count") == 4
    assert metrics.number("shop_answer_seconds_sum") == 60.0045


def test_label_values_are_escaped() -> None:
    text = to_text([gauge("shop_info", "Always 1.", 1, node='w"1\\\n')])

    assert text.splitlines()[-1] == r'shop_info{node="w\"1\\\n"} 1'
    assert len(read(text).numbers) == 1
