"""A cart that is corrupt on disk."""

from sqlalchemy import Connection, update

from app.domain.cart import AccountId
from app.store.tables import carts

HALF = '{"lines":{'


def spoil(connection: Connection, account: AccountId, body: str = HALF) -> None:
    """Replace a cart by *body* and increment its version, as a save by another server would."""
    spoilt = update(carts).where(carts.c.account == account)
    connection.execute(spoilt.values(body=body, version=carts.c.version + 1))
