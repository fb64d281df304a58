"""`shop payment`: say whether money and orders agree."""

import argparse
from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Connection

from app.cli.database import read_database
from app.cli.errors import CommandError
from app.domain.payment_books import Disagreement, disagreements
from app.store.payment_books import read_books
from app.store.payment_work import count_unsettled

SENTENCES: Final[Mapping[Disagreement, str]] = {
    Disagreement.AMOUNT: "the payment is not about the order's total",
    Disagreement.SUMS: "more was given back than taken, or more taken than held",
    Disagreement.REFUNDS: "the provider gave back another sum than the shop asked for",
    Disagreement.UNPAID: "it is not paid, and nothing is being done about it",
    Disagreement.NOT_TAKEN: "it is packed, and its money was not taken",
    Disagreement.KEPT: "it is cancelled, and its money is not given back",
    Disagreement.NOT_GIVEN_BACK: "a refund has failed; staff see it under Payment by card",
    Disagreement.INVOICE: "its invoice and credit notes are not about what was paid",
}


def add_payment_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop payment check`."""
    commands = parser.add_subparsers(required=True)
    checking = commands.add_parser("check", help="compare orders by card with their payments")
    checking.set_defaults(run=run_check)


def run_check(_options: argparse.Namespace) -> None:
    """Print what does not agree, and how many payments have something to be done."""
    due, failing = read_database(count_unsettled)
    faults = read_database(lambda connection: list(faults_of(connection)))
    print(
        *faults, f"Payments with something to be done: {due}, of which fail: {failing}.", sep="\n"
    )
    if faults:
        raise CommandError(f"{len(faults)} do not agree.")


def faults_of(connection: Connection) -> Iterator[str]:
    """Yield a line for each thing that does not agree."""
    for number, books in read_books(connection):
        if books is None:
            yield f"{number}: there is no payment of it."
            continue
        for found in disagreements(books):
            yield f"{number}: {SENTENCES[found]}."
