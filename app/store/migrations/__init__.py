"""How the tables came to be what they are: one file a step, run when the shop starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, func, select, true

from app.store.database import run_query

MIGRATING = 0x73746570
"""The advisory lock of who changes the tables; the letters of “step”."""


class TooNew(Exception):
    """The database is at a step that is not known here; the text is a clause that says which."""


def migrate(engine: Engine) -> None:
    """Bring the database to the newest step, all at once or not at all.

    `DatabaseUnavailable` if it is away, `TooNew` if a newer shop has had it.
    """
    try:
        run_query(engine, _upgrade)
    except CommandError as fault:
        raise TooNew(f"a newer shop has had it ({fault})") from fault


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        _have_a_turn(connection)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _have_a_turn(connection: Connection) -> None:
    """Let servers that start at once step one after the other, however long a step takes."""
    for limit in ("lock_timeout", "statement_timeout"):
        connection.execute(select(func.set_config(limit, "0", true())))
    connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
