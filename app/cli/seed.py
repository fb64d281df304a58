"""`shop seed`: fill the catalogue."""

import argparse
import time

from app.cli.database import query_database
from app.cli.settings import read_settings
from app.store.product_edits import Editor
from app.store.seed import seed
from app.store.seed_texts import add_texts


def add_seed_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command, which has no arguments."""
    parser.set_defaults(run=run_seed)


def run_seed(_options: argparse.Namespace) -> None:
    """Add what is missing, and say how much that was."""
    config = read_settings()
    now_s, currency = int(time.time()), config.settings.currency.code
    added = query_database(seed, zone=config.zone, currency=currency, now_s=now_s)
    translated = query_database(add_texts, Editor(None, "shop seed", now_s))
    texts = f"; {translated} got texts in other languages" if translated else ""
    print(
        f"Added {added.categories} categories, {added.products} products"
        f" and {added.vouchers} vouchers{texts}; what was there is as it was."
    )
