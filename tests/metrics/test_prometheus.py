"""Figures, as text that Prometheus reads."""

from app.live.histogram import BOUNDS_S, Histogram
from app.metrics.prometheus import counter, gauge, histogram, to_text
from tests.metrics.reader import read


def test_counters_and_gauges_are_a_line_for_each_number() -> None:
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


def test_a_bucket_counts_all_that_is_not_longer() -> None:
    counted = Histogram()
    for took_s in (0.0005, 0.002, 0.002, 60):
        counted.record(took_s)

    told = read(to_text([histogram("shop_answer_seconds", "Answers.", counted)]))

    bounds = [f"{bound:g}" for bound in BOUNDS_S]
    buckets = [told.number("shop_answer_seconds_bucket", le=bound) for bound in bounds]
    assert buckets == [1, *[3] * (len(bounds) - 1)]
    assert told.number("shop_answer_seconds_bucket", le="+Inf") == 4
    assert told.number("shop_answer_seconds_count") == 4
    assert told.number("shop_answer_seconds_sum") == 60.0045


def test_what_a_label_says_stays_inside_its_quotes() -> None:
    text = to_text([gauge("shop_info", "Always 1.", 1, node='w"1\\\n')])

    assert text.splitlines()[-1] == r'shop_info{node="w\"1\\\n"} 1'
    assert len(read(text).numbers) == 1
