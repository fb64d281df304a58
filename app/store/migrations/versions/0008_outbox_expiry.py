"""When an outbox left its cart, so that it can be forgotten one day.

Outboxes that are here already are taken to have left when a cart was last saved.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take the step."""
    with op.batch_alter_table("outboxes", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("left_at", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.execute("UPDATE outboxes SET left_at = (SELECT max(updated_at) FROM carts)")
    with op.batch_alter_table("outboxes", schema=None) as batch_op:
        batch_op.alter_column("left_at", server_default=None)
        batch_op.create_index("outboxes_left", ["left_at"], unique=False)
        batch_op.create_index("outboxes_of_account", ["account", "left_at"], unique=False)
