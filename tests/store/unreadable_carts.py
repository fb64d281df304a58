"""A cart that is corrupt on disk."""

from sqlalchemy import Connection, update

from app.domain.accounts import AccountId
from app.store.tables import carts

HALF = '{"lines":{'
WITH_CORRUPT_OLDER_ROWS = (
    '{"lines":{},"saved":{},"note":"","voucher":"","next_pos":1,"steps":[],'
    '"outboxes":[["5f0c0000-0000-4000-8000-000000000000",1,"no rows\\n"]],"tries":[],"used":{}}'
)


def spoil(connection: Connection, account: AccountId, body: str = HALF) -> None:
    """Replace a cart by *body* and increment its version, as a save by another server would."""
    spoilt = update(carts).where(carts.c.account == account)
    connection.execute(spoilt.values(body=body, version=carts.c.version + 1))
