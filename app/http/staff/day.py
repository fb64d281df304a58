"""For staff: a day's or a week's sales, what sold best and least, and what was written off."""

from collections.abc import Sequence
from io import StringIO
from typing import Any, Final

from babel.dates import format_date, format_time
from quart import Blueprint, Response, request

from app.domain.catalog import Money, Product
from app.domain.periods import WEEK, Period, day_at, read_period, week_of
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.staff.table_files import as_csv
from app.i18n.formats import current_currency, day, money, number
from app.i18n.translate import current_language, current_translator
from app.i18n.translate import gettext as _
from app.services.day_report import (
    Bar,
    DayReport,
    load_days,
    load_products,
    load_report,
    write_days,
    write_products,
)
from app.store.day_figures import Figures, SoldProduct
from app.store.unmet_demand import MissedProduct

PAGE: Final = "/staff/day"
HEIGHT: Final = 100
NOTHING: Final = "\N{EN DASH}"


def staff_day_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of a day or a week, and its figures by day and by product as files."""
    blueprint = Blueprint("staff_day", __name__)

    @blueprint.get(PAGE)
    async def page() -> str:
        period = _requested(context)
        report = await context.database.read(load_report, period, context.zone)
        today = day_at(context.now_s(), context.zone)
        return await show(context, "staff/day.html", **_shown(report, today))

    @blueprint.get(f"{PAGE}.csv")
    async def days() -> Response:
        period, text = _requested(context), StringIO()
        found = await context.database.read(load_days, period, context.zone)
        write_days(found, current_currency(), text)
        return as_csv(text, f"sales-{period}.csv")

    @blueprint.get(f"{PAGE}-products.csv")
    async def products() -> Response:
        period, text = _requested(context), StringIO()
        found = await context.database.read(load_products, period, context.zone)
        write_products(found, current_currency(), text)
        return as_csv(text, f"products-{period}.csv")

    return blueprint


def _requested(context: HttpContext) -> Period:
    """Return the period that the query names, or today."""
    return read_period(request.args.get("of", "")) or day_at(context.now_s(), context.zone)


def _shown(report: DayReport, today: Period) -> dict[str, Any]:
    """Return what the template shows of *report*, with the ways to other periods."""
    period = report.period
    is_week = period.days == WEEK
    return {
        "name": _name(period),
        "is_week": is_week,
        "of": f"{period}",
        "earlier": f"{period.moved(-period.days)}",
        "later": f"{period.moved(period.days)}",
        "day_of": f"{period.first if is_week else period}",
        "week_of": f"{week_of(period.first)}",
        "today": f"{today}",
        "is_over": period.moved(period.days).first <= today.first,
        "figures": _figures(report.figures, report.before),
        "bars": _bars(report.bars, is_week=is_week),
        "most": money(max((bar.amount for bar in report.bars), default=Money(0))),
        "is_quiet": not any(bar.amount for bar in report.bars),
        "sold": [_sold(one) for one in report.sold],
        "missed": [_missed(one) for one in report.missed],
        "searched": [(words, number(times)) for words, times in report.searched],
        "unsold": [_sold(one) for one in report.unsold],
        "written_off": [
            (one.reason, number(one.units), money(one.amount)) for one in report.written_off
        ],
    }


def _name(period: Period) -> str:
    if period.days == 1:
        locale = current_translator().locale
        return str(format_date(period.first, "full", locale=locale))
    return _("Week from %(day)s", day=day(period.first))


def _figures(now: Figures, before: Figures) -> list[tuple[str, str, str]]:
    """Return the label of each figure, its value, and that of the week before."""
    shown = [
        (_("Takings"), *(money(of.total) for of in (now, before))),
        (_("Orders"), *(number(of.orders) for of in (now, before))),
        (_("Average order"), *(_average(of) for of in (now, before))),
        (_("Items per order"), *(_items(of) for of in (now, before))),
        (_("Discounts"), *(money(of.discount) for of in (now, before))),
        (_("Delivery"), *(money(of.delivery) for of in (now, before))),
        (_("Given back"), *(money(of.given_back) for of in (now, before))),
        (_("Cancelled orders"), *(_cancelled(of) for of in (now, before))),
    ]
    return [(label, value, was) for label, value, was in shown]


def _average(of: Figures) -> str:
    return money(Money(of.total // of.orders)) if of.orders else NOTHING


def _items(of: Figures) -> str:
    return number(round(of.items / of.orders, 1)) if of.orders else NOTHING


def _cancelled(of: Figures) -> str:
    if not of.cancelled:
        return number(0)
    return _(
        "%(count)s of %(amount)s", count=number(of.cancelled), amount=money(of.cancelled_total)
    )


def _bars(bars: Sequence[Bar], *, is_week: bool) -> list[dict[str, Any]]:
    """Return each bar with its height, of which the highest is `HEIGHT`, and its label."""
    most = max((bar.amount for bar in bars), default=0) or 1
    locale = current_translator().locale
    return [
        {
            "height": -(-bar.amount * HEIGHT // most),
            "label": format_date(bar.at, "EEE", locale=locale)
            if is_week
            else format_time(bar.at, "HH:mm", locale=locale),
            "amount": money(bar.amount),
            "of": f"{bar.at:%Y-%m-%d}",
        }
        for bar in bars
    ]


def _missed(one: MissedProduct) -> dict[str, Any]:
    return _product(one.product) | {"times": number(one.times)}


def _sold(one: SoldProduct) -> dict[str, Any]:
    return _product(one.product) | {"units": number(one.units), "amount": money(one.amount)}


def _product(product: Product) -> dict[str, Any]:
    text = product.text(current_language())
    stock = number(product.stock)
    return {"sku": product.sku, "name": text.name, "unit": text.unit, "stock": stock}
