"""The addresses that an account keeps; the first is the one that is offered."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.addresses import MOST_ADDRESSES, Address
from app.domain.cart import AccountId
from app.store.tables import addresses


class TooManyAddresses(Exception):
    """The account keeps as many addresses as it may."""


class KeptAddress(NamedTuple):
    """An address and its name in the shop's own addresses."""

    id: str
    address: Address


def load_addresses(connection: Connection, account: AccountId) -> list[KeptAddress]:
    """Return what *account* keeps, the one to offer first."""
    asked = (
        select(addresses)
        .where(addresses.c.account == account)
        .order_by(addresses.c.place.desc(), addresses.c.id)
    )
    return [
        KeptAddress(row.id, Address(row.name, row.line1, row.line2, row.city, row.postcode))
        for row in connection.execute(asked)
    ]


def keep_address(
    connection: Connection, account: AccountId, address_id: str, address: Address
) -> None:
    """Keep *address*, to be offered first; the same one is kept once. Or `TooManyAddresses`."""
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
    """Write *address* over another one; say whether *account* had that."""
    asked = update(addresses).where(addresses.c.id == address_id, addresses.c.account == account)
    return connection.execute(asked.values(**address._asdict())).rowcount == 1


def offer_first(connection: Connection, account: AccountId, address_id: str) -> bool:
    """Put an address before all others; say whether *account* had it."""
    asked = update(addresses).where(addresses.c.id == address_id, addresses.c.account == account)
    return connection.execute(asked.values(place=_top(connection, account))).rowcount == 1


def forget_address(connection: Connection, account: AccountId, address_id: str) -> bool:
    """Forget an address; say whether *account* had it."""
    asked = delete(addresses).where(addresses.c.id == address_id, addresses.c.account == account)
    return connection.execute(asked).rowcount == 1


def _top(connection: Connection, account: AccountId) -> int:
    asked = select(func.max(addresses.c.place)).where(addresses.c.account == account)
    return (connection.execute(asked).scalar() or 0) + 1
