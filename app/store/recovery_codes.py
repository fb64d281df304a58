"""Recovery codes of accounts: each, with the password, is once as good as a passkey."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.accounts import AccountId
from app.domain.mails import MailKind
from app.store.living_accounts import hold_account
from app.store.mails import tell_owner
from app.store.tables import recovery_codes


class CodeUsed(Exception):
    """The code was used or replaced since it was checked."""


def replace_codes(
    connection: Connection, account: AccountId, hashes: Sequence[str], now_s: int
) -> None:
    """Give *account* new codes in place of all that it had, which its owner is told of.

    Raises `AccountRemoved`.
    """
    hold_account(connection, account)
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account == account))
    rows = [
        {"account": account, "place": place, "code_hash": code_hash}
        for place, code_hash in enumerate(hashes)
    ]
    connection.execute(insert(recovery_codes), rows)
    tell_owner(connection, account, MailKind.RECOVERY_RENEWED, now_s)


def count_codes(connection: Connection, account: AccountId) -> int:
    """Return how many codes of *account* can still be used."""
    query = select(func.count()).where(
        recovery_codes.c.account == account, recovery_codes.c.used_at.is_(None)
    )
    return connection.execute(query).scalar_one()


def find_code_hash(connection: Connection, account: AccountId, place: int) -> str | None:
    """Return the hash of the code at *place*, unless it was used."""
    query = select(recovery_codes.c.code_hash).where(
        recovery_codes.c.account == account,
        recovery_codes.c.place == place,
        recovery_codes.c.used_at.is_(None),
    )
    code_hash: str | None = connection.execute(query).scalar_one_or_none()
    return code_hash


def use_code(
    connection: Connection, account: AccountId, place: int, code_hash: str, now_s: int
) -> None:
    """Save that a code was used, which its owner is told of. Raises `CodeUsed`."""
    query = update(recovery_codes).where(
        recovery_codes.c.account == account,
        recovery_codes.c.place == place,
        recovery_codes.c.code_hash == code_hash,
        recovery_codes.c.used_at.is_(None),
    )
    if connection.execute(query.values(used_at=now_s)).rowcount != 1:
        raise CodeUsed
    tell_owner(connection, account, MailKind.RECOVERY_USED, now_s)
