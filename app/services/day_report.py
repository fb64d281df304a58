"""The figures of a day or a week, beside those of the week before; as a table, too."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import IO, Final, NamedTuple

from sqlalchemy import Connection

from app.domain.catalog import Money
from app.domain.currency import Currency
from app.domain.money import plain_amount
from app.domain.periods import WEEK, Period
from app.domain.spreadsheet import guard
from app.store.day_figures import (
    HOUR_S,
    Figures,
    SoldProduct,
    Span,
    WrittenOff,
    list_sold,
    list_unsold,
    sum_figures,
    sum_written_off,
    takings_by_hour,
)
from app.store.unmet_demand import MissedProduct, list_missed_products, list_missed_searches

MOST_LISTED: Final = 10
MOST_SEARCHES: Final = 20
MOST_EXPORTED: Final = 100_000
LOOKED_BACK: Final = timedelta(weeks=4)
"""What sells least is told by the weeks before the end of the period."""
DAY_COLUMNS: Final = (
    *("date", "orders", "items", "subtotal", "discount", "delivery", "tax", "total"),
    *("cancelled", "cancelled_total", "given_back"),
)
PRODUCT_COLUMNS: Final = ("sku", "name", "unit", "units", "amount")


class Bar(NamedTuple):
    """What was sold in an hour that begins `at`, or on the day that does."""

    at: datetime
    amount: Money


class DayReport(NamedTuple):
    """The figures of a period; `before` are those of the same days a week earlier.

    `bars` are its hours, or the days of a week. `unsold` are the products that sold least in
    `LOOKED_BACK` up to its end, `missed` those that somebody wanted when they were sold out, and
    `searched` what was searched for in vain, and how often.
    """

    period: Period
    figures: Figures
    before: Figures
    bars: Sequence[Bar]
    sold: Sequence[SoldProduct]
    unsold: Sequence[SoldProduct]
    written_off: Sequence[WrittenOff]
    missed: Sequence[MissedProduct]
    searched: Sequence[tuple[str, int]]


def load_report(connection: Connection, period: Period, zone: tzinfo) -> DayReport:
    """Return the report of *period*, whose days are those of *zone*."""
    span = span_of(period, zone)
    first = period.moved(period.days).first - LOOKED_BACK
    return DayReport(
        period,
        sum_figures(connection, span),
        sum_figures(connection, span_of(period.moved(-WEEK), zone)),
        _bars(connection, period, zone),
        list_sold(connection, span, MOST_LISTED),
        list_unsold(
            connection, Span(span_of(Period(first), zone).since_s, span.until_s), MOST_LISTED
        ),
        sum_written_off(connection, span),
        list_missed_products(connection, period.dates, MOST_LISTED),
        list_missed_searches(connection, period.dates, MOST_SEARCHES),
    )


def load_days(
    connection: Connection, period: Period, zone: tzinfo
) -> Sequence[tuple[date, Figures]]:
    """Return the figures of each day of *period*."""
    return [(day, sum_figures(connection, span_of(Period(day), zone))) for day in period.dates]


def load_products(connection: Connection, period: Period, zone: tzinfo) -> Sequence[SoldProduct]:
    """Return what was sold in *period*, by what it came to."""
    return list_sold(connection, span_of(period, zone), MOST_EXPORTED)


def write_days(days: Iterable[tuple[date, Figures]], currency: Currency, file: IO[str]) -> None:
    """Write a row for each day to *file* as CSV; amounts have the decimals of *currency*."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(DAY_COLUMNS)
    for day, of in days:
        money = (of.subtotal, of.discount, of.delivery, of.tax, of.total)
        rest = (of.cancelled, plain_amount(of.cancelled_total, currency))
        amounts = (plain_amount(one, currency) for one in money)
        back = plain_amount(of.given_back, currency)
        writer.writerow((day, of.orders, of.items, *amounts, *rest, back))


def write_products(sold: Iterable[SoldProduct], currency: Currency, file: IO[str]) -> None:
    """Write a row for each product to *file* as CSV, which no spreadsheet computes or rewrites."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(PRODUCT_COLUMNS)
    for product, units, amount in sold:
        texts = (guard(text) for text in (product.sku, product.name, product.unit))
        writer.writerow((*texts, units, plain_amount(amount, currency)))


def span_of(period: Period, zone: tzinfo) -> Span:
    """Return the seconds of *period* in *zone*."""
    return Span(*period.bounds(zone))


def _bars(connection: Connection, period: Period, zone: tzinfo) -> Sequence[Bar]:
    span = span_of(period, zone)
    takings = takings_by_hour(connection, span)
    begun = range(span.since_s, span.until_s, HOUR_S)
    hours = [
        Bar(datetime.fromtimestamp(at_s, zone), takings.get(hour, Money(0)))
        for hour, at_s in enumerate(begun)
    ]
    return hours if period.days == 1 else _days(hours)


def _days(hours: Sequence[Bar]) -> Sequence[Bar]:
    """Return a bar for each day of *hours*."""
    amounts, begun = Counter[date](), dict[date, datetime]()
    for hour in hours:
        amounts[hour.at.date()] += hour.amount
        begun.setdefault(hour.at.date(), hour.at)
    return [Bar(at, Money(amounts[day])) for day, at in begun.items()]
