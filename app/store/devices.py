"""The browsers in which an account has signed in, told apart by a cookie of theirs."""

from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.accounts import AccountId
from app.store.tables import devices

MOST_DEVICES = 50
"""So many are known of an account; the one that was used longest ago is forgotten."""


def device_hash(device: str) -> str:
    """Return the digest by which *device*, the text of its cookie, is known."""
    return sha256(device.encode()).hexdigest()


def note_device(connection: Connection, account: AccountId, known_as: str, now_s: int) -> bool:
    """Remember that *account* has signed in on a device; return whether its owner should know.

    That is if the account has devices, and this is none of them.
    """
    of_account = devices.c.account == account
    again = update(devices).where(of_account, devices.c.hash == known_as).values(used_at=now_s)
    if connection.execute(again).rowcount:
        return False
    newest = select(devices.c.hash).where(of_account).order_by(devices.c.used_at.desc())
    others = connection.scalars(newest).all()
    connection.execute(insert(devices).values(account=account, hash=known_as, used_at=now_s))
    if forgotten := others[MOST_DEVICES - 1 :]:
        connection.execute(delete(devices).where(of_account, devices.c.hash.in_(forgotten)))
    return bool(others)
