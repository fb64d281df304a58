"""Schema migrations: one file a step in `versions/`, run when the shop starts.

Importing Alembic takes longer than most commands do, so it is imported only where there is a step
to take: a database at the newest step is told by one query.
"""

from datetime import UTC, tzinfo
from pathlib import Path

from sqlalchemy import Connection, Engine, column, func, inspect, select, table, true

from app.store.queries import run_query

MIGRATING = 0x73746570
"""The advisory lock that is held while the tables change; the letters of “step”."""

_FOLDER = Path(__file__).parent
_VERSION = table("alembic_version", column("version_num"))


class TooNew(Exception):
    """The database is at a step that is not known here; the text is a clause that says which."""


def migrate(engine: Engine, zone: tzinfo = UTC) -> None:
    """Bring the database to the newest step, in one transaction; *zone* is the shop's time zone.

    Raises `DatabaseUnavailable` if it is away, `TooNew` if a newer shop has migrated it.
    """
    if not run_query(engine, is_newest):
        _upgrade(engine, zone)


def newest_step() -> str:
    """Return the step of the newest file in `versions/`; files begin with their step's number."""
    names = (path.name for path in (_FOLDER / "versions").glob("[0-9]*.py"))
    return max(names).partition("_")[0]


def is_newest(connection: Connection) -> bool:
    """Say whether the database is at the newest step."""
    if not inspect(connection).has_table(_VERSION.name):
        return False
    return connection.scalars(select(_VERSION.c.version_num)).all() == [newest_step()]


def _upgrade(engine: Engine, zone: tzinfo) -> None:
    from alembic.util import CommandError  # noqa: PLC0415 - see above

    try:
        run_query(engine, _run_steps, zone)
    except CommandError as error:
        raise TooNew(f"a newer shop has had it ({error})") from error


def _run_steps(connection: Connection, zone: tzinfo) -> None:
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        _wait_for_turn(connection)
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes |= {"connection": connection, "zone": zone}
    command.upgrade(config, "head")


def _wait_for_turn(connection: Connection) -> None:
    """Let servers that start at once migrate one after the other, however long a step takes."""
    for limit in ("lock_timeout", "statement_timeout"):
        connection.execute(select(func.set_config(limit, "0", true())))
    connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
