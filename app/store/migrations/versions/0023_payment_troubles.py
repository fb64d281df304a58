"""What may go wrong with a payment after it was made."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Take the step; the provider is asked about holds and refunds that there are."""
    amount = sa.Column("refunds_failed", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("payments", amount)
    dispute = sa.Column("dispute", sa.String(4), server_default="", nullable=False)
    op.add_column("payments", dispute)
    op.add_column("payments", sa.Column("recheck_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_payments_recheck_at", "payments", ["recheck_at"])
    op.create_index("ix_payments_reference", "payments", ["reference"])
    op.add_column(
        "payments",
        sa.Column("troubled", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index("ix_payments_troubled", "payments", ["troubled"])
    failures = sa.Column("failures", sa.Integer(), server_default="0", nullable=False)
    op.add_column("refunds", failures)
    op.execute("""
        UPDATE payments SET recheck_at = 0 WHERE state = 'authorised'
        OR "order" IN (SELECT "order" FROM refunds WHERE state = 'done')
    """)
