"""For staff: this server's metrics of the last minute, as gauges and plots that update."""

from collections.abc import Iterable, Sequence
from typing import Any

from quart import Blueprint, Response
from quart.typing import ResponseReturnValue

from app.domain.verdicts import Code, RetryCode
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.core.page import show
from app.live.stats import OK, SECONDS, Second
from app.protocol.orders import time_text

HEIGHT = 100
STEPS = (1, 2, 5)
EXACT_BELOW = 10
CODES = (OK, *Code, *RetryCode)

Values = Sequence[float | None]
"""One for each second, oldest first; `None` where nothing happened."""


def staff_live_blueprint(context: HttpContext) -> Blueprint:
    """Return the page, and the JSON that it polls every second."""
    blueprint = Blueprint("staff_live", __name__)

    @blueprint.get("/staff/live")
    async def live() -> ResponseReturnValue:
        return await show(context, "staff/live.html", figures=_figures(context), seconds=SECONDS)

    @blueprint.get("/staff/live.json")
    async def figures() -> Response:
        return as_json(_figures(context))

    return blueprint


def _figures(context: HttpContext) -> dict[str, Any]:
    shop = context.hub.context
    gauges = {**context.gauges(), "carts": context.hub.open_carts}
    seconds = shop.stats.last(shop.steady_s())
    return {
        "at": time_text(int(context.now_s())),
        "gauges": {name: f"{count:,}" for name, count in gauges.items()},
        "plots": {
            "ops": plot([[float(second.verdicts.total()) for second in seconds]], ""),
            "answers": plot(_percentiles(second.answers for second in seconds), " ms"),
            "commits": plot(_percentiles(second.commits for second in seconds), " ms"),
        },
        "verdicts": _verdicts(seconds),
    }


def _percentiles(durations: Iterable[Any]) -> list[Values]:
    """Return p50 and p99 for each second, in milliseconds."""
    histograms = list(durations)
    return [[histogram.ms(share) for histogram in histograms] for share in (0.5, 0.99)]


def _verdicts(seconds: Iterable[Second]) -> dict[str, str]:
    """Return how often each code was answered, 0 included."""
    counted = dict.fromkeys(CODES, 0)
    for second in seconds:
        for code, times in second.verdicts.items():
            counted[code] += times
    return {str(code): f"{times:,}" for code, times in counted.items()}


def plot(lines: Sequence[Values], unit: str) -> dict[str, Any]:
    """Return an SVG plot of *lines*, `SECONDS - 1` wide and `HEIGHT` high.

    `most` is the value of its upper edge, `now` the newest value of each line.
    """
    most = ceiling(max((value for line in lines for value in line if value), default=0.0))
    return {
        "most": f"{most:,g}{unit}",
        "now": [_text(line[-1], unit) for line in lines],
        "lines": [_points(line, most) for line in lines],
    }


def ceiling(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 … that is not below *value*."""
    power = 1
    while value > 10 * power:
        power *= 10
    return float(next(step * power for step in (*STEPS, 10) if value <= step * power))


def _text(value: float | None, unit: str) -> str:
    if value is None:
        return "\N{EN DASH}"
    return f"{value:,.{0 if value >= EXACT_BELOW or not unit else 1}f}{unit}"


def _points(line: Values, most: float) -> str:
    """Return an SVG path: seconds without a value are gaps, a value between two gaps is a dot."""
    path, pen_is_up = [], True
    for second, value in enumerate(line):
        if value is None:
            pen_is_up = True
            continue
        point = f"{second} {HEIGHT * (1 - value / most):.1f}"
        path.append(f"M{point}h0" if pen_is_up else f"L{point}")
        pen_is_up = False
    return "".join(path)
