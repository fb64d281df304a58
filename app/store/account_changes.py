"""Transactions that change what somebody signs in with, or whether they can.

Each has its owner told by mail, in the same transaction (ASVS 5.0, 6.3.7).
"""

from sqlalchemy import Connection, update

from app.domain.accounts import AccountId
from app.domain.mails import MailKind
from app.domain.sessions import SessionHash
from app.store.living_accounts import is_living
from app.store.mails import tell_owner
from app.store.passkeys import reset_passkeys
from app.store.sessions import end_account_sessions
from app.store.tables import accounts


def write_disabled(
    connection: Connection, account: AccountId, now_s: int, *, disabled: bool
) -> list[SessionHash]:
    """Disable *account* and end its logins, or enable it; return the logins that ended."""
    other = is_living(account) & accounts.c.disabled.is_not(disabled)
    if connection.execute(update(accounts).where(other).values(disabled=disabled)).rowcount:
        kind = MailKind.ACCOUNT_DISABLED if disabled else MailKind.ACCOUNT_ENABLED
        tell_owner(connection, account, kind, now_s)
    return end_account_sessions(connection, account) if disabled else []


def write_staff(
    connection: Connection, account: AccountId, now_s: int, *, staff: bool
) -> list[SessionHash]:
    """Set whether *account* is one of staff, and end its logins; return those."""
    other = is_living(account) & accounts.c.staff.is_not(staff)
    if connection.execute(update(accounts).where(other).values(staff=staff)).rowcount:
        tell_owner(connection, account, MailKind.ROLE_CHANGED, now_s, staff=int(staff))
    return end_account_sessions(connection, account)


def replace_password(
    connection: Connection,
    account: AccountId,
    password_hash: str,
    now_s: int,
    kind: MailKind = MailKind.CREDENTIAL_CHANGED,
) -> None:
    """Replace *account*'s password, which its owner is told of as *kind*."""
    connection.execute(
        update(accounts).where(is_living(account)).values(password_hash=password_hash)
    )
    tell_owner(connection, account, kind, now_s)


def write_password(
    connection: Connection, account: AccountId, password_hash: str, now_s: int
) -> list[SessionHash]:
    """Replace *account*'s password for its owner, and end its logins; return those."""
    replace_password(connection, account, password_hash, now_s, MailKind.CREDENTIAL_SET)
    return end_account_sessions(connection, account)


def write_no_passkeys(
    connection: Connection, account: AccountId, now_s: int
) -> tuple[int, list[SessionHash]]:
    """Remove all passkeys and recovery codes of *account*, and end its logins.

    Return how many passkeys there were, and those logins.
    """
    removed = reset_passkeys(connection, account, now_s)
    return removed, end_account_sessions(connection, account)
