"""Payments by card, and orders that await one."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_CHECK = 'UPDATE payments SET next_check_at = 0 WHERE "order" = NEW.number;'
_ON_SQLITE = (f"CREATE TRIGGER orders_paid AFTER UPDATE OF state ON orders BEGIN {_CHECK} END",)
_ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION check_payment() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {_CHECK} RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER orders_paid AFTER UPDATE OF state ON orders
    FOR EACH ROW EXECUTE FUNCTION check_payment()
    """,
)


def upgrade() -> None:
    """Take the step."""
    is_file = op.get_bind().dialect.name == "sqlite"
    if is_file:
        _widen_states_on_sqlite()
    else:
        for table in ("orders", "order_counts"):
            op.alter_column(table, "state", type_=sa.String(length=16))
    op.execute("INSERT INTO order_counts (state, orders) VALUES ('awaiting_payment', 0)")
    _create_payments()
    _create_refunds()
    _create_events()
    for statement in _ON_SQLITE if is_file else _ON_POSTGRESQL:
        op.execute(sa.text(statement))


def _widen_states_on_sqlite() -> None:
    """Let `state` be longer, which SQLite does not look at.

    The tables cannot be copied, as for other changes: triggers and other tables refer to them. So
    their text in the schema is edited, which SQLite allows for what does not change the file's
    content (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    op.execute("PRAGMA writable_schema = ON")
    op.execute("""
        UPDATE sqlite_master SET sql = replace(sql, 'state VARCHAR(10)', 'state VARCHAR(16)')
        WHERE type = 'table' AND name IN ('orders', 'order_counts')
    """)
    op.execute("PRAGMA writable_schema = RESET")


def _create_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("order", sa.String(length=9), nullable=False),
        sa.Column("page", sa.String(length=255), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("authorised", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("capturing", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_check_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order"], ["orders.number"]),
        sa.PrimaryKeyConstraint("order"),
    )
    op.create_index("ix_payments_next_check_at", "payments", ["next_check_at"])


def _create_refunds() -> None:
    op.create_table(
        "refunds",
        sa.Column("order", sa.String(length=9), nullable=False),
        sa.Column("nr", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["order"], ["payments.order"]),
        sa.PrimaryKeyConstraint("order", "nr"),
    )


def _create_events() -> None:
    op.create_table(
        "payment_events",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("order", sa.String(length=9), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_payment_events_at", "payment_events", ["at"])
