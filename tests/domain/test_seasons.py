"""What is in season, and in which order products take turns."""

from datetime import date

import pytest

from app.domain.seasons import SEASONS, in_season, turn
from tests.e2e.catalog import SLUGS


@pytest.mark.parametrize(
    ("slug", "months"),
    [
        ("strawberries", {5, 6, 7, 8}),
        ("tangerines", {11, 12, 1}),
        ("navel-oranges", {12, 1, 2, 3}),
        ("table-salt", set[int]()),
    ],
)
def test_a_season_has_its_first_and_last_month_also_over_the_new_year(
    slug: str, months: set[int]
) -> None:
    assert {month for month in range(1, 13) if in_season(slug, date(2026, month, 15))} == months


def test_every_month_has_produce_in_season_that_the_catalogue_knows() -> None:
    days = [date(2026, month, 1) for month in range(1, 13)]

    assert {*SEASONS} <= SLUGS
    assert min(sum(in_season(slug, day) for slug in SEASONS) for day in days) >= 5


def test_the_turn_of_products_is_another_one_each_day() -> None:
    orders = [
        tuple(sorted(SEASONS, key=lambda slug: turn(slug, day)))
        for day in (date(2026, 11, 29), date(2026, 11, 30), date(2026, 11, 30))
    ]

    assert orders[0] != orders[1] == orders[2]
