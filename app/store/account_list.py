"""Lists of accounts, for staff and commands."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.domain.accounts import AccountId
from app.domain.emails import normalize_email
from app.domain.paging import After, Start
from app.store.paging import newest_first
from app.store.tables import accounts, sessions

PAGE_KEY = (int, str)
PAGE_SIZE = 24
ESCAPE = "/"


class ListedAccount(NamedTuple):
    """An account, without its password; `sessions` are its logins, those that expired included."""

    account: AccountId
    email: str
    name: str
    staff: bool
    disabled: bool
    created_at_s: int
    sessions: int


class AccountsPage(NamedTuple):
    """Some accounts, the newest first, and where the next page begins if there is one."""

    accounts: list[ListedAccount]
    next_page: After | None


def list_accounts(connection: Connection, sought: str, start: Start) -> AccountsPage:
    """Return a page of the accounts with *sought* in their e-mail address or name.

    An account whose whole address or id that is comes alone: the others need not be read.
    """
    logins = select(func.count()).where(sessions.c.account == accounts.c.id).scalar_subquery()
    query = select(accounts, logins.label("sessions"))
    query = query.where(accounts.c.removed_at.is_(None), *_has(connection, sought))
    key = [accounts.c.created_at, accounts.c.id]
    rows, after = newest_first(connection, query, key, start, PAGE_SIZE)
    found = [
        ListedAccount(
            AccountId(row.id),
            row.claimed_email or row.email,
            row.name,
            row.staff,
            row.disabled,
            row.created_at,
            row.sessions,
        )
        for row in rows
    ]
    return AccountsPage(found, after)


def _has(connection: Connection, sought: str) -> tuple[ColumnElement[bool], ...]:
    if not sought:
        return ()
    email = normalize_email(sought)
    is_whole = or_(
        accounts.c.email == email, accounts.c.claimed_email == email, accounts.c.id == sought
    )
    if connection.scalars(select(accounts.c.id).where(is_whole)).first():
        return (is_whole,)
    return (
        or_(
            accounts.c.email.contains(_escaped(email), escape=ESCAPE),
            accounts.c.claimed_email.contains(_escaped(email), escape=ESCAPE),
            accounts.c.name.icontains(_escaped(sought), escape=ESCAPE),
        ),
    )


def _escaped(text: str) -> str:
    """Return *text* as LIKE finds it, with no sign that stands for others."""
    for sign in (ESCAPE, "%", "_"):
        text = text.replace(sign, ESCAPE + sign)
    return text
