"""The days of vouchers begin and end at midnight in the shop's time zone.

Older versions stored midnight in UTC. A midnight of another zone is none in UTC, except where the
two are the same, so vouchers that were added since are left as they are.
"""

from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_DAY_S = 24 * 3600
_VOUCHERS = sa.table("vouchers", sa.column("code"), sa.column("starts"), sa.column("ends"))
_COUNTER = sa.table("shelf", sa.column("moved"))


def upgrade() -> None:
    """Take the step."""
    config = op.get_context().config
    in_shop_zone(op.get_bind(), config.attributes["zone"] if config else UTC)


def in_shop_zone(connection: sa.Connection, zone: tzinfo) -> None:
    """Move the midnights of vouchers from UTC to *zone*."""
    for row in connection.execute(sa.select(_VOUCHERS)).all():
        moved = {"starts": _moved(row.starts, zone), "ends": _moved(row.ends, zone)}
        if moved != {"starts": row.starts, "ends": row.ends}:
            connection.execute(
                sa.update(_VOUCHERS).where(_VOUCHERS.c.code == row.code).values(moved)
            )
            connection.execute(sa.update(_COUNTER).values(moved=_COUNTER.c.moved + 1))


def _moved(at_s: int | None, zone: tzinfo) -> int | None:
    if at_s is None or at_s % _DAY_S:
        return at_s
    day = datetime.fromtimestamp(at_s, UTC)
    return int(day.replace(tzinfo=zone).timestamp())
