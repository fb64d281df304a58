"""What is near its best-before date, or past it, so that it is sold or written off in time."""

from datetime import timedelta
from typing import Final

from quart import Blueprint, request

from app.domain.periods import day_at
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.i18n.formats import day
from app.i18n.translate import current_language
from app.store.best_before import list_dated

PAGE = "/staff/stock-dates"
DAYS: Final = (3, 7, 14, 30)
"""How far ahead the list may look; the second is meant where none is asked for."""


def add_stock_dates(blueprint: Blueprint, context: HttpContext) -> None:
    """Give *blueprint* the page of what has a date within so many days."""

    @blueprint.get(PAGE)
    async def dates() -> str:
        days, today = _requested_days(), day_at(context.now_s(), context.zone).first
        dated = await context.database.read(list_dated, today, today + timedelta(days=days))
        rows = [
            {
                "sku": one.product.sku,
                "name": text.name,
                "unit": text.unit,
                "category": one.product.category,
                "image": one.product.image,
                "day": day(one.best_before),
                "is_past": one.best_before < today,
                "units": one.units,
            }
            for one in dated
            for text in [one.product.text(current_language())]
        ]
        return await show(context, "staff/stock_dates.html", rows=rows, days=days, choices=DAYS)


def _requested_days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in {str(days) for days in DAYS} else DAYS[1]
