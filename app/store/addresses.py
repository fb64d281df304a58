"""The address book of an account; checkout offers the first."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.accounts import AccountId
from app.domain.addresses import MOST_ADDRESSES, Address
from app.store.living_accounts import hold_account
from app.store.tables import addresses


class TooManyAddresses(Exception):
    """The account has as many addresses as it may keep."""


class KeptAddress(NamedTuple):
    """An address, and its id in URLs."""

    id: str
    address: Address


def load_addresses(connection: Connection, account: AccountId) -> list[KeptAddress]:
    """Return *account*'s addresses, the one to offer first at the front."""
    query = (
        select(addresses)
        .where(addresses.c.account == account)
        .order_by(addresses.c.place.desc(), addresses.c.id)
    )
    return [
        KeptAddress(row.id, Address(row.name, row.line1, row.line2, row.city, row.postcode))
        for row in connection.execute(query)
    ]


def keep_address(
    connection: Connection, account: AccountId, address_id: str, address: Address
) -> None:
    """Add *address* and offer it first; if it is known, only do the latter.

    Raises `TooManyAddresses`, and `AccountRemoved` if *account* was deleted.
    """
    hold_account(connection, account)
    kept = load_addresses(connection, account)
    if same := [one.id for one in kept if one.address == address]:
        offer_first(connection, account, same[0])
        return
    if len(kept) >= MOST_ADDRESSES:
        raise TooManyAddresses
    connection.execute(
        insert(addresses).values(
            id=address_id, account=account, place=_top(connection, account), **address._asdict()
        )
    )


def change_address(
    connection: Connection, account: AccountId, address_id: str, address: Address
) -> bool:
    """Replace an address; return False if *account* has none with this id."""
    query = update(addresses).where(addresses.c.id == address_id, addresses.c.account == account)
    return connection.execute(query.values(**address._asdict())).rowcount == 1


def offer_first(connection: Connection, account: AccountId, address_id: str) -> bool:
    """Offer an address first; return False if *account* has none with this id."""
    query = update(addresses).where(addresses.c.id == address_id, addresses.c.account == account)
    return connection.execute(query.values(place=_top(connection, account))).rowcount == 1


def forget_address(connection: Connection, account: AccountId, address_id: str) -> bool:
    """Delete an address; return False if *account* has none with this id."""
    query = delete(addresses).where(addresses.c.id == address_id, addresses.c.account == account)
    return connection.execute(query).rowcount == 1


def _top(connection: Connection, account: AccountId) -> int:
    query = select(func.max(addresses.c.place)).where(addresses.c.account == account)
    return (connection.execute(query).scalar() or 0) + 1
