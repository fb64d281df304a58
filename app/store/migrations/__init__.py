"""How the tables came to be what they are: one file a step, run when the shop starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from app.store.database import ask


def migrate(engine: Engine) -> None:
    """Bring the database to the newest step, all at once or not at all; `NotNow` if it is away."""
    ask(engine, _upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
