"""The account that a command is about, and what is said and logged of it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.cli.errors import CommandError
from app.domain.accounts import AccountId
from app.domain.sessions import SessionHash
from app.runtime.logging import security_log_of
from app.services.security_log import SecurityEvent, SecurityLog, SecurityOutcome
from app.store.accounts import Person, find_by_email, find_claimant, find_person


def find_account(connection: Connection, name: str) -> Person:
    """Return the account with an e-mail address or an id. Raises `CommandError`."""
    person = find_by_email(connection, name) or find_claimant(connection, name)
    person = person or find_person(connection, AccountId(name))
    if person is None:
        raise CommandError(f"there is no account {name}. “shop account list” lists them.")
    return person


def ended_text(ended: Sequence[SessionHash]) -> str:
    """Return how many logins have ended, in words."""
    return f"{len(ended)} {'login has' if len(ended) == 1 else 'logins have'} ended"


def note(event: SecurityEvent, whose: AccountId, **more: object) -> None:
    """Write a line of the security log to standard error, where a server writes its own."""
    with security_log_of("command"):
        SecurityLog().note(event, SecurityOutcome.DONE, None, "local", whose=whose, **more)
