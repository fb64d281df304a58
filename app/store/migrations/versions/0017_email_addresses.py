"""Addresses that are confirmed, tokens that come by mail, and devices that have signed in.

The accounts that there are keep their addresses, which count as confirmed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Take the step."""
    op.add_column("accounts", sa.Column("claimed_email", sa.String(254)))
    op.add_column("accounts", sa.Column("form_key", sa.String(64)))
    op.add_column("accounts", sa.Column("removed_at", sa.BigInteger()))
    op.create_index("accounts_claimed", "accounts", ["claimed_email", "created_at"])
    op.create_index("accounts_form_key", "accounts", ["form_key"], unique=True)
    op.create_index("accounts_removed", "accounts", ["removed_at"])
    op.create_table(
        "devices",
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("account", "hash"),
    )
    op.create_table(
        "mail_tokens",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("account", sa.String(40)),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("new_email", sa.String(254)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"]),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_mail_tokens_account", "mail_tokens", ["account"])
    op.create_index("ix_mail_tokens_expires_at", "mail_tokens", ["expires_at"])
    op.create_index("mail_tokens_email", "mail_tokens", ["email", "created_at"])
