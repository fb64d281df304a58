"""A login whose time was cut short in the database is written down as a renewed one is."""

from alembic import op

revision = "0009"
down_revision = "0008"

_ON_SQLITE = """
    CREATE TRIGGER sessions_renewed AFTER UPDATE ON sessions
    WHEN OLD.id_hash <> NEW.id_hash OR OLD.ends_at <> NEW.ends_at OR NEW.used_at < OLD.used_at
    BEGIN
        UPDATE session_counter SET ended = ended + 1;
        INSERT INTO ended_sessions (revision, id_hash, renewed_as)
            SELECT ended, OLD.id_hash, NEW.id_hash FROM session_counter;
        DELETE FROM ended_sessions
            WHERE revision <= (SELECT ended - 1000 FROM session_counter);
    END
"""
_ON_POSTGRESQL = """
    CREATE TRIGGER sessions_renewed AFTER UPDATE ON sessions
    FOR EACH ROW WHEN (
        OLD.id_hash <> NEW.id_hash OR OLD.ends_at <> NEW.ends_at OR NEW.used_at < OLD.used_at
    ) EXECUTE FUNCTION note_renewed_session()
"""


def upgrade() -> None:
    """Take the step."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER sessions_renewed ON sessions")
        op.execute(_ON_POSTGRESQL)
    else:
        op.execute("DROP TRIGGER sessions_renewed")
        op.execute(_ON_SQLITE)
