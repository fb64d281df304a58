"""Whose password it may be that somebody types."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from app.domain.accounts import AccountId
from app.store.accounts import Person, find_by_email, find_claimant, find_person

FindOwners = Callable[[Connection], Sequence[Person | None]]
"""Finds them, the first to try first; None takes as long as somebody."""


def any_of(email: str) -> FindOwners:
    """Return what finds who has *email*, and who claims it."""
    return lambda connection: (find_by_email(connection, email), find_claimant(connection, email))


def only(account: AccountId) -> FindOwners:
    """Return what finds the owner of *account*."""
    return lambda connection: (find_person(connection, account),)
