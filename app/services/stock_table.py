"""The log of stock as a table, which no spreadsheet computes or rewrites."""

import csv
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import IO, Final

from app.domain.spreadsheet import guard
from app.store.movements import MovementEntry

COLUMNS: Final = (
    *("time", "sku", "name", "unit", "kind", "units", "stock"),
    *("best_before", "reason", "by", "order"),
)


def write_movement_table(entries: Iterable[MovementEntry], zone: tzinfo, file: IO[str]) -> None:
    """Write *entries* to *file* as CSV, with the times of *zone*."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        at = datetime.fromtimestamp(entry.at_s, zone)
        names = (guard(entry.sku), guard(entry.product), guard(entry.unit))
        texts = (guard(entry.reason), guard(entry.by), guard(entry.order))
        numbers = (entry.kind, entry.units, entry.stock, entry.best_before or "")
        writer.writerow((f"{at:%Y-%m-%d %H:%M:%S}", *names, *numbers, *texts))
