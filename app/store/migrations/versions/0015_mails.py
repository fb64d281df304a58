"""Mails that wait to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "mails",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("account", sa.String(40)),
        sa.Column("order", sa.String(9)),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(400)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["order"], ["orders.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("ix_mails_account", "mails", ["account"])
    op.create_index("ix_mails_order", "mails", ["order"])
    op.create_index("mails_due", "mails", ["state", "next_try_at"])
    op.create_index("mails_in_state", "mails", ["state", "created_at", "id"])
