"""A cart that has come to harm on disk."""

from sqlalchemy import Connection, update

from app.domain.cart import AccountId
from app.store.tables import carts

HALF = '{"lines":{'


def spoil(connection: Connection, account: AccountId, body: str = HALF) -> None:
    """Put *body* in the place of a cart, as another server could: that is a save."""
    spoilt = update(carts).where(carts.c.account == account)
    connection.execute(spoilt.values(body=body, version=carts.c.version + 1))
