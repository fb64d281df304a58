"""All that is kept of the owner of an account, for its owner (GDPR, articles 15 and 20)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, Table, select

from app.domain.accounts import AccountId
from app.domain.orders import Order
from app.domain.paging import Start
from app.store.accounts import Person, find_person
from app.store.addresses import KeptAddress, load_addresses
from app.store.orders import list_orders
from app.store.tables import accounts, devices, mails, passkeys, sessions
from app.store.waitlist import OwnPlace, places_of


class SentMail(NamedTuple):
    """A mail that was written to the owner; what it said is not kept."""

    kind: str
    recipient: str
    written_at_s: int
    sent_at_s: int | None


class KnownLogin(NamedTuple):
    """A login that has neither ended nor expired."""

    agent: str
    began_at_s: int
    used_at_s: int


class KnownPasskey(NamedTuple):
    """A passkey, as its owner has called it."""

    name: str
    added_at_s: int
    used_at_s: int | None


class PersonalData(NamedTuple):
    """The owner and what is theirs, but for the cart. `devices` are when each was used last."""

    person: Person
    registered_at_s: int
    addresses: list[KeptAddress]
    orders: list[Order]
    logins: list[KnownLogin]
    devices: list[int]
    passkeys: list[KnownPasskey]
    mails: list[SentMail]
    places: list[OwnPlace]


def load_personal_data(connection: Connection, account: AccountId) -> PersonalData:
    """Return what is kept of *account*, which exists."""
    person = find_person(connection, account)
    if person is None:
        raise LookupError(account)
    registered = select(accounts.c.created_at).where(accounts.c.id == account)
    login = select(sessions.c.agent, sessions.c.created_at, sessions.c.used_at)
    passkey = select(passkeys.c.name, passkeys.c.created_at, passkeys.c.used_at)
    mail = select(mails.c.kind, mails.c.recipient, mails.c.created_at, mails.c.sent_at)
    device = select(devices.c.used_at).where(devices.c.account == account)

    def rows(query: Select[Any], table: Table) -> Sequence[Row[Any]]:
        of_account = query.where(table.c.account == account)
        return connection.execute(of_account.order_by(table.c.created_at)).all()

    return PersonalData(
        person,
        connection.execute(registered).scalar_one(),
        load_addresses(connection, account),
        _all_orders(connection, account),
        [KnownLogin._make(row) for row in rows(login, sessions)],
        list(connection.scalars(device.order_by(devices.c.used_at))),
        [KnownPasskey._make(row) for row in rows(passkey, passkeys)],
        [SentMail._make(row) for row in rows(mail, mails)],
        places_of(connection, account),
    )


def _all_orders(connection: Connection, account: AccountId) -> list[Order]:
    found: list[Order] = []
    start: Start | None = 1
    while start:
        page = list_orders(connection, account, start)
        found += page.orders
        start = page.next_page
    return found
