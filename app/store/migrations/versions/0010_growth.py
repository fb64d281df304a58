"""Lists of orders and accounts by index, and how many orders there are, which triggers count."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

STATES = ("placed", "packed", "on_the_way", "delivered", "cancelled")

_COUNT = "UPDATE order_counts SET orders = orders {by} WHERE state = {row}.state;"
_ADD = _COUNT.format(by="+ 1", row="NEW")
_TAKE = _COUNT.format(by="- 1", row="OLD")
_ON_SQLITE = (
    f"CREATE TRIGGER orders_added AFTER INSERT ON orders BEGIN {_ADD} END",
    f"CREATE TRIGGER orders_moved AFTER UPDATE OF state ON orders BEGIN {_TAKE} {_ADD} END",
    f"CREATE TRIGGER orders_removed AFTER DELETE ON orders BEGIN {_TAKE} END",
)
_ON_POSTGRESQL = (
    """
    CREATE FUNCTION count_orders() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            UPDATE order_counts SET orders = orders - counted.times
            FROM (SELECT state, count(*) AS times FROM removed GROUP BY state) AS counted
            WHERE order_counts.state = counted.state;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            UPDATE order_counts SET orders = orders + counted.times
            FROM (SELECT state, count(*) AS times FROM added GROUP BY state) AS counted
            WHERE order_counts.state = counted.state;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER orders_added AFTER INSERT ON orders
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_orders()
    """,
    """
    CREATE TRIGGER orders_moved AFTER UPDATE ON orders
    REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_orders()
    """,
    """
    CREATE TRIGGER orders_removed AFTER DELETE ON orders
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_orders()
    """,
)


def upgrade() -> None:
    """Take the step."""
    op.create_index("orders_placed", "orders", ["placed"])
    op.create_index("accounts_created", "accounts", ["created_at", "id"])
    counts = op.create_table(
        "order_counts",
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state"),
    )
    op.bulk_insert(counts, [{"state": state, "orders": 0} for state in STATES])
    op.execute("""
        UPDATE order_counts
        SET orders = (SELECT count(*) FROM orders WHERE orders.state = order_counts.state)
    """)
    is_file = op.get_bind().dialect.name == "sqlite"
    for statement in _ON_SQLITE if is_file else _ON_POSTGRESQL:
        op.execute(sa.text(statement))
