"""Passkeys of accounts, and the challenges that await an answer of one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.accounts import AccountId
from app.domain.mails import MailKind
from app.domain.passkeys import MOST_PASSKEYS, Passkey, PasskeyId
from app.store.accounts import Person, find_person
from app.store.living_accounts import hold_account
from app.store.mails import tell_owner
from app.store.sessions import digest
from app.store.tables import challenges, passkeys, recovery_codes


class PasskeyKnown(Exception):
    """There is such a passkey already."""


class TooManyPasskeys(Exception):
    """The account has as many passkeys as it may have."""


class PasskeyGone(Exception):
    """The passkey was removed or used since it was found."""


class Purpose(StrEnum):
    """What a challenge is for; an answer to one is of no use for another."""

    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    ADD = "add"


class OwnedPasskey(NamedTuple):
    """A passkey, and whose it is."""

    person: Person
    passkey: Passkey


class Challenge(NamedTuple):
    """Random bytes that an authenticator signs, what for, and whose; None is anybody's."""

    value: bytes
    purpose: Purpose
    account: AccountId | None


def add_passkey(connection: Connection, passkey: Passkey) -> None:
    """Add a passkey, which its owner is told of.

    Raises `PasskeyKnown`, `TooManyPasskeys` or `AccountRemoved`.
    """
    hold_account(connection, passkey.account)
    if len(load_passkeys(connection, passkey.account)) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    try:
        connection.execute(insert(passkeys).values(_row(passkey)))
    except IntegrityError as error:
        raise PasskeyKnown from error
    tell_owner(connection, passkey.account, MailKind.PASSKEY_ADDED, passkey.created_at_s)


def find_passkey(connection: Connection, passkey_id: PasskeyId) -> OwnedPasskey | None:
    """Return the passkey of whatever account."""
    found = connection.execute(select(passkeys).where(passkeys.c.id == passkey_id)).one_or_none()
    if found is None or (person := find_person(connection, found.account)) is None:
        return None
    return OwnedPasskey(person, _passkey(found))


def load_passkeys(connection: Connection, account: AccountId) -> list[Passkey]:
    """Return *account*'s passkeys, oldest first."""
    query = (
        select(passkeys)
        .where(passkeys.c.account == account)
        .order_by(passkeys.c.created_at, passkeys.c.id)
    )
    return [_passkey(row) for row in connection.execute(query)]


def rename_passkey(
    connection: Connection, account: AccountId, passkey_id: PasskeyId, name: str
) -> bool:
    """Name a passkey; return False if *account* has none with this id."""
    mine = (passkeys.c.id == passkey_id) & (passkeys.c.account == account)
    return connection.execute(update(passkeys).where(mine).values(name=name)).rowcount == 1


def remove_passkey(
    connection: Connection, account: AccountId, passkey_id: PasskeyId, now_s: int
) -> bool:
    """Delete a passkey, and with the last one its account's recovery codes; its owner is told.

    Return False if *account* has none with this id.
    """
    mine = (passkeys.c.id == passkey_id) & (passkeys.c.account == account)
    if connection.execute(delete(passkeys).where(mine)).rowcount != 1:
        return False
    if not load_passkeys(connection, account):
        _forget_substitutes(connection, account)
    tell_owner(connection, account, MailKind.PASSKEY_REMOVED, now_s)
    return True


def reset_passkeys(connection: Connection, account: AccountId, now_s: int) -> int:
    """Delete all passkeys of *account*, its recovery codes and challenges; its owner is told.

    Return how many passkeys there were.
    """
    had_codes = _forget_substitutes(connection, account)
    removed = connection.execute(delete(passkeys).where(passkeys.c.account == account)).rowcount
    if removed or had_codes:
        tell_owner(connection, account, MailKind.PASSKEYS_RESET, now_s)
    return removed


def use_passkey(connection: Connection, passkey: Passkey, sign_count: int, now_s: int) -> None:
    """Save that *passkey* was used, and its new count. Raises `PasskeyGone`."""
    found = (passkeys.c.id == passkey.id) & (passkeys.c.sign_count == passkey.sign_count)
    used = {"sign_count": sign_count, "used_at": now_s}
    if connection.execute(update(passkeys).where(found).values(used)).rowcount != 1:
        raise PasskeyGone


def add_challenge(connection: Connection, challenge: Challenge, ends_at_s: int, now_s: int) -> None:
    """Add a challenge, and delete those that nobody has answered in time.

    Raises `AccountRemoved` if it is for an account that was deleted.
    """
    if challenge.account is not None:
        hold_account(connection, challenge.account)
    connection.execute(delete(challenges).where(challenges.c.ends_at <= now_s))
    connection.execute(
        insert(challenges).values(
            id=digest(_text(challenge.value)),
            purpose=challenge.purpose,
            account=challenge.account,
            ends_at=ends_at_s,
        )
    )


def take_challenge(connection: Connection, challenge: Challenge, now_s: int) -> bool:
    """Delete a challenge that was answered; return False if there is none, or none any more."""
    query = delete(challenges).where(
        challenges.c.id == digest(_text(challenge.value)),
        challenges.c.purpose == challenge.purpose,
        challenges.c.account.is_not_distinct_from(challenge.account),
        challenges.c.ends_at > now_s,
    )
    return connection.execute(query).rowcount == 1


def passkey_id(credential: bytes) -> PasskeyId:
    """Return what a passkey is called, by the id of its credential."""
    return PasskeyId(digest(_text(credential)))


def _forget_substitutes(connection: Connection, account: AccountId) -> bool:
    """Delete the challenges and recovery codes of *account*; say whether it had codes."""
    connection.execute(delete(challenges).where(challenges.c.account == account))
    codes = delete(recovery_codes).where(recovery_codes.c.account == account)
    return bool(connection.execute(codes).rowcount)


def _row(passkey: Passkey) -> dict[str, object]:
    return {
        "id": passkey.id,
        "account": passkey.account,
        "credential": _text(passkey.credential),
        "public_key": _text(passkey.public_key),
        "sign_count": passkey.sign_count,
        "name": passkey.name,
        "transports": " ".join(passkey.transports),
        "is_backed_up": passkey.is_backed_up,
        "created_at": passkey.created_at_s,
        "used_at": passkey.used_at_s,
    }


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        PasskeyId(row.id),
        AccountId(row.account),
        urlsafe_b64decode(row.credential),
        urlsafe_b64decode(row.public_key),
        row.sign_count,
        row.name,
        tuple(row.transports.split()),
        row.is_backed_up,
        row.created_at,
        row.used_at,
    )


def _text(given: bytes) -> str:
    return urlsafe_b64encode(given).decode()
