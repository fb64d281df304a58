"""The security log: one line for each event that an investigation would look for (ASVS 5.0, 16.3).

A line names the account and the network address, never an e-mail address, a password, a cookie or
the hash of a session.
"""

import logging
from collections import Counter
from enum import StrEnum

from app.domain.accounts import AccountId

log = logging.getLogger("app.security")


class SecurityEvent(StrEnum):
    """What has happened."""

    ACCOUNT_ADDED = "account_added"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    CREDENTIAL_CHANGE = "password_change"
    PASSKEY_CHANGE = "passkey_change"
    CONFIRMATION = "confirmation"
    SESSIONS_ENDED = "sessions_ended"
    FOREIGN_ORIGIN = "foreign_origin"
    STAFF_ACCESS = "staff_access"
    STAFF_EDIT = "staff_edit"
    ACCOUNT_DELETED = "account_deleted"
    RESET = "password_reset"
    EMAIL_CONFIRMED = "email_confirmed"
    EMAIL_CHANGE = "email_change"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ROLE_CHANGE = "role_change"
    SELF_RESTART = "self_restart"
    INVITATION = "invitation"


class SecurityOutcome(StrEnum):
    """How it ended. `FAILED`: a secret was wrong; `REFUSED`: for any other reason."""

    DONE = "done"
    FAILED = "failed"
    THROTTLED = "throttled"
    REFUSED = "refused"


class SecurityLog:
    """Writes the lines, and counts them for the metrics."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[SecurityEvent, SecurityOutcome]] = Counter()

    def note(
        self,
        event: SecurityEvent,
        outcome: SecurityOutcome,
        account: AccountId | None,
        address: str,
        **more: object,
    ) -> None:
        """Log *event*: whose request it was, from which network, and *more* that names nobody."""
        self.counts[event, outcome] += 1
        extra = {"account": account, "address": address, "outcome": str(outcome), **more}
        log.info("%s", event, extra=extra)
