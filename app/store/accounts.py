"""Accounts.

Any number of accounts may claim an e-mail address; the one whose owner confirms it first has it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.accounts import AccountId
from app.domain.emails import email_spellings, normalize_email
from app.domain.languages import Language
from app.store.carts import add_cart
from app.store.living_accounts import is_living
from app.store.tables import accounts


class EmailTaken(Exception):
    """Another account has this e-mail address, or was made by the same form."""


class PasswordChanged(Exception):
    """The password was changed since it was checked."""


class AccountDisabled(Exception):
    """Nobody can sign in to the account until staff enable it."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account's owner; `is_confirmed`: somebody who reads mails to `email` has said so."""

    account: AccountId
    email: str
    name: str
    password_hash: str
    staff: bool = False
    disabled: bool = False
    language: Language | None = None
    is_confirmed: bool = True


def add_account(
    connection: Connection, person: Person, epoch: str, now_s: int, form_key: str | None = None
) -> None:
    """Add an account with an empty cart of *epoch*, made by the form of *form_key* if by one.

    Raises `EmailTaken`.
    """
    email = normalize_email(person.email)
    try:
        connection.execute(
            insert(accounts).values(
                id=person.account,
                email=email if person.is_confirmed else person.account,
                claimed_email=None if person.is_confirmed else email,
                name=person.name,
                password_hash=person.password_hash,
                staff=person.staff,
                created_at=now_s,
                language=person.language,
                form_key=form_key,
            )
        )
    except IntegrityError as error:
        raise EmailTaken from error
    add_cart(connection, person.account, epoch, now_s)


def find_by_email(connection: Connection, email: str) -> Person | None:
    """Return the person who has confirmed *email*.

    An account may still have a spelling of an older version: if another account had today's.
    """
    if "@" not in email:
        return None  # it may be the id of an account, which stands for an address
    spellings = email_spellings(email)
    rows = connection.execute(select(accounts).where(accounts.c.email.in_(spellings))).all()
    return _person(min(rows, key=lambda row: _rank(row.email, spellings), default=None))


def find_claimant(connection: Connection, email: str) -> Person | None:
    """Return the person who was the last to claim *email*, which they have not confirmed yet."""
    claims = select(accounts).where(accounts.c.claimed_email == normalize_email(email))
    newest = claims.order_by(accounts.c.created_at.desc(), accounts.c.id.desc()).limit(1)
    return _person(connection.execute(newest).one_or_none())


def find_by_form(connection: Connection, form_key: str) -> Person | None:
    """Return the owner of the account that the form of *form_key* has made."""
    return _find(connection, accounts.c.form_key == form_key)


def find_person(connection: Connection, account: AccountId) -> Person | None:
    """Return the owner of *account*."""
    return _find(connection, accounts.c.id == account)


def set_name(connection: Connection, account: AccountId, name: str) -> None:
    """Replace the name of *account*'s owner."""
    connection.execute(update(accounts).where(is_living(account)).values(name=name))


def set_language(connection: Connection, account: AccountId, language: Language | None) -> None:
    """Replace the language that *account* has chosen; with `None` its browsers decide."""
    connection.execute(update(accounts).where(is_living(account)).values(language=language))


def expect_password(connection: Connection, person: Person) -> None:
    """Raise `PasswordChanged` unless the password is still the one that *person* was found with.

    Raises `AccountDisabled` if the account was disabled. Neither can change before the transaction
    ends, since it holds the row's lock.
    """
    query = select(accounts.c.password_hash, accounts.c.disabled)
    locked = query.where(accounts.c.id == person.account).with_for_update(key_share=True)
    found = connection.execute(locked).one_or_none()
    if found is None or found.password_hash != person.password_hash:
        raise PasswordChanged
    if found.disabled:
        raise AccountDisabled


def improve_hash(connection: Connection, account: AccountId, password_hash: str) -> None:
    """Replace the hash of *account*'s password by a better one of the same password."""
    connection.execute(
        update(accounts).where(is_living(account)).values(password_hash=password_hash)
    )


def _find(connection: Connection, condition: ColumnElement[bool]) -> Person | None:
    return _person(connection.execute(select(accounts).where(condition)).one_or_none())


def _person(row: Row[Any] | None) -> Person | None:
    return None if row is None else person_of(row)


def person_of(row: Row[Any]) -> Person:
    """Return the owner that a row of accounts holds."""
    return Person(
        AccountId(row.id),
        row.claimed_email or row.email,
        row.name,
        row.password_hash,
        row.staff,
        row.disabled,
        row.language,
        row.claimed_email is None,
    )


def _rank(stored: str, spellings: tuple[str, str]) -> int:
    """Return which of two accounts is meant: 0 if only the older spelling can mean it."""
    if stored != normalize_email(stored):
        return 0
    return 1 + spellings.index(stored)
