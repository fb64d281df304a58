"""`shop seed`: fill the catalogue."""

import argparse

from app.cli.database import query_database
from app.store.seed import seed


def add_seed_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command, which has no arguments."""
    parser.set_defaults(run=run_seed)


def run_seed(_options: argparse.Namespace) -> None:
    """Add what is missing, and say how much that was."""
    added = query_database(seed)
    print(
        f"Added {added.categories} categories, {added.products} products"
        f" and {added.vouchers} vouchers; what was there is as it was."
    )
