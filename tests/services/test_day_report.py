"""The report of a day or a week, and its tables."""

from dataclasses import replace
from datetime import date
from io import StringIO
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, create_engine

from app.domain.catalog import Money
from app.domain.currency import Currency
from app.domain.periods import Period, week_of
from app.services.day_report import load_report, write_days, write_products
from app.store.day_figures import Figures, SoldProduct
from app.store.tables import metadata
from tests.examples import CATALOG

LONDON = ZoneInfo("Europe/London")
POUNDS = Currency("GBP", 2)


def empty() -> Engine:
    """Return an empty database in memory."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    return engine


def test_a_day_on_which_the_clock_goes_forward_has_a_bar_for_each_hour() -> None:
    with empty().connect() as connection:
        report = load_report(connection, Period(date(2026, 3, 29)), LONDON)

    assert [bar.at.hour for bar in report.bars] == [0, *range(2, 24)]


def test_a_week_has_a_bar_for_each_day_also_if_one_is_longer() -> None:
    with empty().connect() as connection:
        report = load_report(connection, week_of(date(2026, 10, 25)), LONDON)

    assert [bar.at.day for bar in report.bars] == [19, 20, 21, 22, 23, 24, 25]
    assert {bar.amount for bar in report.bars} == {0}
    assert set(report.figures) == {0}


def test_a_product_whose_name_is_a_formula_is_guarded() -> None:
    product = next(iter(CATALOG.products.values()))
    spoilt = SoldProduct(replace(product, name="=1+1"), 2, Money(240))
    file = StringIO()

    write_products([spoilt], POUNDS, file)

    assert ",'=1+1," in file.getvalue()
    assert file.getvalue().endswith(",2,2.40\n")


def test_amounts_of_days_have_the_decimals_of_the_currency() -> None:
    figures = Figures(
        orders=1,
        items=2,
        subtotal=Money(300),
        discount=Money(10),
        delivery=Money(50),
        tax=Money(0),
        total=Money(340),
        cancelled=1,
        cancelled_total=Money(5),
        given_back=Money(7),
    )
    file = StringIO()

    write_days([(date(2026, 12, 1), figures)], POUNDS, file)

    assert file.getvalue().splitlines()[1] == "2026-12-01,1,2,3.00,0.10,0.50,0.00,3.40,1,0.05,0.07"
