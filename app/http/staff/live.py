"""For staff: sales and shoppers, and this server's metrics of the last minute; they update."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from quart import Blueprint, Response
from quart.typing import ResponseReturnValue

from app.domain.catalog import Money
from app.domain.periods import day_at
from app.domain.verdicts import Code, RetryCode
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json
from app.http.core.page import show
from app.i18n.formats import money, number
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.live.stats import OK, SECONDS, Second
from app.protocol.orders import time_text
from app.store.sales import sum_sales

HEIGHT = 100
STEPS = (1, 2, 5)
EXACT_BELOW = 10
NOTHING: Final = "\N{EN DASH}"
ANSWERS: Final[Mapping[str, str]] = {
    OK: N_("Saved"),
    Code.SOLD_OUT: N_("Sold out"),
    Code.PRICE_MOVED: N_("Price changed again"),
    Code.GONE: N_("No longer sold"),
    Code.UNKNOWN_SKU: N_("Unknown product"),
    Code.QTY_LIMIT: N_("Too many of one product"),
    Code.LINE_LIMIT: N_("Cart is full"),
    Code.NOT_IN_CART: N_("No longer in the cart"),
    Code.MOVED: N_("Too late to undo"),
    Code.NOTHING_TO_UNDO: N_("Nothing to undo"),
    Code.BAD_VOUCHER: N_("Unknown voucher code"),
    Code.TOO_MANY_TRIES: N_("Too many voucher codes tried"),
    Code.EXPIRED: N_("Too old to be saved"),
    Code.BAD_OP: N_("Not understood"),
    Code.NOT_ALLOWED: N_("Not allowed in this household"),
    Code.SUGGESTED: N_("Suggested already"),
    RetryCode.BUSY: N_("Busy: sent again later"),
    RetryCode.RATE: N_("Too fast: sent again later"),
}
"""What became of changes to carts, in words, by code: what is seen most comes first."""

Values = Sequence[float | None]
"""One for each second, oldest first; `None` where nothing happened."""


def staff_live_blueprint(context: HttpContext) -> Blueprint:
    """Return the page, and the JSON that it polls every second."""
    blueprint = Blueprint("staff_live", __name__)

    @blueprint.get("/staff/live")
    async def live() -> ResponseReturnValue:
        return await show(
            context,
            "staff/live.html",
            figures=await _figures(context),
            seconds=SECONDS,
            answers={f"{code}": _(words) for code, words in ANSWERS.items()},
        )

    @blueprint.get("/staff/live.json")
    async def figures() -> Response:
        return as_json(await _figures(context))

    return blueprint


async def _figures(context: HttpContext) -> dict[str, Any]:
    shop = context.hub.context
    gauges = {**context.gauges(), "carts": context.hub.open_carts}
    report = await context.cart_reports.latest()
    seconds = shop.stats.last(shop.steady_s())
    now_s = int(context.now_s())
    return {
        "at": time_text(now_s),
        "clock": f"{datetime.fromtimestamp(now_s, context.zone):%H:%M:%S}",
        "gauges": {
            **await _sales(context, now_s),
            "units": number(report.units) if report else NOTHING,
            **{name: number(count) for name, count in gauges.items()},
        },
        "plots": {
            "ops": plot([[float(second.verdicts.total()) for second in seconds]], ""),
            "answers": plot(_percentiles(second.answers for second in seconds), " ms"),
            "commits": plot(_percentiles(second.commits for second in seconds), " ms"),
        },
        "verdicts": _verdicts(seconds),
    }


async def _sales(context: HttpContext, now_s: int) -> dict[str, str]:
    """Return today's sales, since midnight in the shop's time zone, as text."""
    since_s, _until_s = day_at(now_s, context.zone).bounds(context.zone)
    sales = await context.database.read(sum_sales, since_s)
    shown = {"orders": number(sales.orders), "takings": money(sales.total)}
    if not sales.is_all:
        shown = {name: _("%(figure)s or more", figure=text) for name, text in shown.items()}
    average = money(Money(sales.total // sales.orders)) if sales.orders else NOTHING
    return shown | {"average": average}


def _percentiles(durations: Iterable[Any]) -> list[Values]:
    """Return p50 and p99 for each second, in milliseconds."""
    histograms = list(durations)
    return [[histogram.ms(share) for histogram in histograms] for share in (0.5, 0.99)]


def _verdicts(seconds: Iterable[Second]) -> dict[str, str]:
    """Return how often each code was answered, 0 included."""
    counted = dict.fromkeys(ANSWERS, 0)
    for second in seconds:
        for code, times in second.verdicts.items():
            counted[code] += times
    return {str(code): number(times) for code, times in counted.items()}


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
        return NOTHING
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
