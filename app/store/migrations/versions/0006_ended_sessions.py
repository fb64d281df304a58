"""Accounts that are disabled, and the ends of logins, which triggers write down.

The last 1,000 are kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ON_SQLITE = """
    CREATE TRIGGER {name} AFTER {change} ON sessions {condition}
    BEGIN
        UPDATE session_counter SET ended = ended + 1;
        INSERT INTO ended_sessions (revision, id_hash, renewed_as)
            SELECT ended, OLD.id_hash, {renewed_as} FROM session_counter;
        DELETE FROM ended_sessions
            WHERE revision <= (SELECT ended - 1000 FROM session_counter);
    END
"""
_ON_POSTGRESQL = (
    # Locked before the rows of sessions: two deletions that overlap would wait for each other.
    """
    CREATE FUNCTION lock_session_counter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM session_counter FOR UPDATE;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER sessions_ending BEFORE DELETE OR UPDATE OF id_hash ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION lock_session_counter()
    """,
    """
    CREATE FUNCTION note_ended_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE newest bigint;
    BEGIN
        IF NOT EXISTS (SELECT FROM gone) THEN RETURN NULL; END IF;
        UPDATE session_counter SET ended = ended + 1 RETURNING ended INTO newest;
        INSERT INTO ended_sessions (revision, id_hash) SELECT newest, id_hash FROM gone;
        DELETE FROM ended_sessions WHERE revision <= newest - 1000;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER sessions_ended AFTER DELETE ON sessions REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION note_ended_sessions()
    """,
    """
    CREATE FUNCTION note_renewed_session() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE newest bigint;
    BEGIN
        UPDATE session_counter SET ended = ended + 1 RETURNING ended INTO newest;
        INSERT INTO ended_sessions VALUES (newest, OLD.id_hash, NEW.id_hash);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER sessions_renewed AFTER UPDATE OF id_hash ON sessions
    FOR EACH ROW WHEN (OLD.id_hash <> NEW.id_hash) EXECUTE FUNCTION note_renewed_session()
    """,
)


def upgrade() -> None:
    """Take the step."""
    disabled: sa.Column[bool] = sa.Column(
        "disabled", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("accounts", disabled)
    counter = op.create_table(
        "session_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(counter, [{"id": 1, "ended": 0}])
    op.create_table(
        "ended_sessions",
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("renewed_as", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("revision", "id_hash"),
    )
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def _triggers(dialect: str) -> tuple[str, ...]:
    if dialect == "postgresql":
        return _ON_POSTGRESQL
    return (
        _ON_SQLITE.format(name="sessions_ended", change="DELETE", condition="", renewed_as="NULL"),
        _ON_SQLITE.format(
            name="sessions_renewed",
            change="UPDATE OF id_hash",
            condition="WHEN OLD.id_hash <> NEW.id_hash",
            renewed_as="NEW.id_hash",
        ),
    )
