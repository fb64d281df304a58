"""Accounts that were not deleted: whatever is written for one must not come after its deletion.

An account that has ordered stays as a row without the person, so no foreign key tells that it is
gone. A request that was admitted just before would write a person's data to it.
"""

from sqlalchemy import ColumnElement, Connection, select

from app.domain.accounts import AccountId
from app.domain.errors import AccountRemoved
from app.store.tables import accounts


def is_living(account: AccountId) -> ColumnElement[bool]:
    """Return the condition for the row of *account*, unless it was deleted."""
    return (accounts.c.id == account) & accounts.c.removed_at.is_(None)


def hold_account(connection: Connection, account: AccountId) -> None:
    """Keep *account* from being deleted before the transaction ends. Raises `AccountRemoved`."""
    held = (
        select(accounts.c.id).where(is_living(account)).with_for_update(key_share=True, read=True)
    )
    if connection.execute(held).first() is None:
        raise AccountRemoved
