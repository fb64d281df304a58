"""`shop sales`: what was sold on a day or in a week, as a table."""

import argparse
import sys
import time

from app.cli.database import read_database
from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.domain.periods import Period, day_at, read_period
from app.services.day_report import load_days, load_products, write_days, write_products


def add_sales_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop sales [PERIOD] [--products]`."""
    parser.add_argument(
        "period", nargs="?", help="a day, as 2026-12-01, or a week, as 2026-W49; today if left out"
    )
    parser.add_argument(
        "--products", action="store_true", help="what was sold of each product, not on each day"
    )
    parser.set_defaults(run=run_sales)


def run_sales(options: argparse.Namespace) -> None:
    """Print the table as CSV."""
    config = read_settings()
    period = _period(options.period) if options.period else day_at(time.time(), config.zone)
    currency = config.settings.currency
    if options.products:
        write_products(read_database(load_products, period, config.zone), currency, sys.stdout)
    else:
        write_days(read_database(load_days, period, config.zone), currency, sys.stdout)


def _period(text: str) -> Period:
    if (period := read_period(text)) is None:
        raise CommandError(f"“{text}” is no day like 2026-12-01 and no week like 2026-W49.")
    return period
