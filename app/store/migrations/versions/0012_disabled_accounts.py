"""The logins of an account that is disabled, by whatever, are looked up anew."""

from alembic import op

revision = "0012"
down_revision = "0011"

_NOTE = """
    UPDATE session_counter SET ended = ended + 1;
    INSERT INTO ended_sessions (revision, id_hash, renewed_as)
        SELECT session_counter.ended, sessions.id_hash, sessions.id_hash
        FROM session_counter, sessions WHERE sessions.account = NEW.id;
"""
_TRIGGER = "CREATE TRIGGER accounts_disabled AFTER UPDATE OF disabled ON accounts FOR EACH ROW"
_WHEN = "WHEN (NEW.disabled AND NOT OLD.disabled)"
_ON_SQLITE = (f"{_TRIGGER} {_WHEN} BEGIN {_NOTE} END",)
_ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION note_disabled_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {_NOTE} RETURN NULL; END $$
    """,
    f"{_TRIGGER} {_WHEN} EXECUTE FUNCTION note_disabled_account()",
)


def upgrade() -> None:
    """Take the step."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _ON_POSTGRESQL if is_postgresql else _ON_SQLITE:
        op.execute(statement)
