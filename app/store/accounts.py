"""Who shops here: accounts, and how often somebody failed to sign in."""

from dataclasses import dataclass
from hashlib import sha256
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.domain.cart import AccountId
from app.store.carts import add_cart
from app.store.tables import accounts, failures

FORGOTTEN_AFTER_S = 24 * 3600
_FAIL = text("""
    INSERT INTO failures (who, times, last_at) VALUES (:who, 1, :now_s)
    ON CONFLICT (who) DO UPDATE SET times = failures.times + 1, last_at = excluded.last_at
""")


class EmailTaken(Exception):
    """There is an account with this e-mail address."""


class PasswordMoved(Exception):
    """The password is another one than when it was checked."""


@dataclass(frozen=True, slots=True)
class Person:
    """The one behind an account."""

    account: AccountId
    email: str
    name: str
    password_hash: str
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Failures:
    """So many sign-ins in a row that failed, the last one at `last_at_s`."""

    times: int = 0
    last_at_s: int = 0


def same_email(email: str) -> str:
    """Return *email* as it is stored and compared: without case, and each letter spelled once."""
    return normalize("NFC", email.casefold())


def add_account(connection: Connection, person: Person, epoch: str, now_s: int) -> None:
    """Register *person* with an empty cart of a new *epoch*, or raise `EmailTaken`."""
    try:
        connection.execute(
            insert(accounts).values(
                id=person.account,
                email=same_email(person.email),
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
    """Return who signs in with *email*."""
    return _find(connection, accounts.c.email == same_email(email))


def find_person(connection: Connection, account: AccountId) -> Person | None:
    """Return who is behind *account*."""
    return _find(connection, accounts.c.id == account)


def set_name(connection: Connection, account: AccountId, name: str) -> None:
    """Call the one behind *account* by another name."""
    connection.execute(update(accounts).where(accounts.c.id == account).values(name=name))


def expect_password(connection: Connection, person: Person) -> None:
    """Raise `PasswordMoved` unless the password is still the one that *person* was found with."""
    found = find_person(connection, person.account)
    if found is None or found.password_hash != person.password_hash:
        raise PasswordMoved


def set_password_hash(connection: Connection, account: AccountId, password_hash: str) -> None:
    """Replace *account*'s password hash."""
    connection.execute(
        update(accounts).where(accounts.c.id == account).values(password_hash=password_hash)
    )


def find_failures(connection: Connection, email: str, address: str) -> Failures:
    """Return how often signing in as *email* from *address* failed since it last succeeded."""
    row = connection.execute(
        select(failures).where(failures.c.who == _who(email, address))
    ).one_or_none()
    return Failures(row.times, row.last_at) if row else Failures()


def add_failure(connection: Connection, email: str, address: str, now_s: int) -> None:
    """Remember that signing in as *email* from *address* failed; forget what is a day old."""
    connection.execute(delete(failures).where(failures.c.last_at < now_s - FORGOTTEN_AFTER_S))
    connection.execute(_FAIL, {"who": _who(email, address), "now_s": now_s})


def clear_failures(connection: Connection, email: str, address: str) -> None:
    """Forget failures after a success."""
    connection.execute(delete(failures).where(failures.c.who == _who(email, address)))


def _find(connection: Connection, condition: ColumnElement[bool]) -> Person | None:
    row = connection.execute(select(accounts).where(condition)).one_or_none()
    if row is None:
        return None
    return Person(AccountId(row.id), row.email, row.name, row.password_hash, row.staff)


def _who(email: str, address: str) -> str:
    return sha256(f"{same_email(email)} {address}".encode()).hexdigest()
