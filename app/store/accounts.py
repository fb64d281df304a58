"""Accounts, and failed sign-ins."""

from dataclasses import dataclass
from hashlib import sha256
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.domain.cart import AccountId
from app.store.carts import add_cart
from app.store.tables import accounts, failures

DELETED_AFTER_S = 24 * 3600
_FAIL = text("""
    INSERT INTO failures (who, times, last_at) VALUES (:who, 1, :now_s)
    ON CONFLICT (who) DO UPDATE SET times = failures.times + 1, last_at = excluded.last_at
""")


class EmailTaken(Exception):
    """Another account has this e-mail address."""


class PasswordChanged(Exception):
    """The password was changed since it was checked."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account's owner."""

    account: AccountId
    email: str
    name: str
    password_hash: str
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Failures:
    """The number of sign-ins in a row that failed, and when the last of them did."""

    times: int = 0
    last_at_s: int = 0


def normalize_email(email: str) -> str:
    """Return *email* as it is stored and compared: case folded, and in Unicode's NFC."""
    return normalize("NFC", email.casefold())


def add_account(connection: Connection, person: Person, epoch: str, now_s: int) -> None:
    """Add an account with an empty cart of *epoch*; raises `EmailTaken`."""
    try:
        connection.execute(
            insert(accounts).values(
                id=person.account,
                email=normalize_email(person.email),
                name=person.name,
                password_hash=person.password_hash,
                staff=person.staff,
                created_at=now_s,
            )
        )
    except IntegrityError as error:
        raise EmailTaken from error
    add_cart(connection, person.account, epoch, now_s)


def find_by_email(connection: Connection, email: str) -> Person | None:
    """Return the person who signs in with *email*."""
    return _find(connection, accounts.c.email == normalize_email(email))


def find_person(connection: Connection, account: AccountId) -> Person | None:
    """Return the owner of *account*."""
    return _find(connection, accounts.c.id == account)


def set_name(connection: Connection, account: AccountId, name: str) -> None:
    """Replace the name of *account*'s owner."""
    connection.execute(update(accounts).where(accounts.c.id == account).values(name=name))


def expect_password(connection: Connection, person: Person) -> None:
    """Raise `PasswordChanged` unless the password is still the one that *person* was found with."""
    found = find_person(connection, person.account)
    if found is None or found.password_hash != person.password_hash:
        raise PasswordChanged


def set_password_hash(connection: Connection, account: AccountId, password_hash: str) -> None:
    """Replace *account*'s password hash."""
    connection.execute(
        update(accounts).where(accounts.c.id == account).values(password_hash=password_hash)
    )


def find_failures(connection: Connection, email: str, address: str) -> Failures:
    """Return the failed sign-ins as *email* from *address* since the last that succeeded."""
    row = connection.execute(
        select(failures).where(failures.c.who == _who(email, address))
    ).one_or_none()
    return Failures(row.times, row.last_at) if row else Failures()


def add_failure(connection: Connection, email: str, address: str, now_s: int) -> None:
    """Count a failed sign-in as *email* from *address*, and delete failures that are a day old."""
    connection.execute(delete(failures).where(failures.c.last_at < now_s - DELETED_AFTER_S))
    connection.execute(_FAIL, {"who": _who(email, address), "now_s": now_s})


def clear_failures(connection: Connection, email: str, address: str) -> None:
    """Delete failures, after a sign-in that succeeded."""
    connection.execute(delete(failures).where(failures.c.who == _who(email, address)))


def _find(connection: Connection, condition: ColumnElement[bool]) -> Person | None:
    row = connection.execute(select(accounts).where(condition)).one_or_none()
    if row is None:
        return None
    return Person(AccountId(row.id), row.email, row.name, row.password_hash, row.staff)


def _who(email: str, address: str) -> str:
    return sha256(f"{normalize_email(email)} {address}".encode()).hexdigest()
