"""A command imports only the modules that it needs, because many take long to import.

Those that it imports are kept away from the collector of cycles.
"""

import json
import subprocess
import sys

import pytest

from app.store.engines import connect
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from tests.e2e.catalog import APPLES
from tests.e2e.server import ROOT, environment

PRINT_MODULES = """
import gc, json, sys
from app.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(json.dumps([gc.isenabled(), gc.get_freeze_count(), *sys.modules]), file=sys.stderr)
"""
SERVER = {"quart", "werkzeug", "jinja2", "uvicorn", "websockets", "uvloop", "h11", "redis"}
UPPER_PACKAGES = {"app.http", "app.live", "app.ws", "app.server", "app.metrics", "app.client"}
HEAVY = {*SERVER, *UPPER_PACKAGES, "alembic", "argon2", "brotli", "minify", "psycopg", "rich"}
HEAVY_RULES = {*HEAVY, "app.domain.rules", "sqlalchemy.orm"}
DATABASE = {"sqlalchemy", "pysqlite3", "sqlite3", "msgspec", "asyncio", "app.store"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database that needs no migration."""
    url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'shop.db'}"
    engine = connect(url)
    migrate(engine)
    run_query(engine, seed)
    engine.dispose()
    return url


def without_coverage(environ: dict[str, str]) -> dict[str, str]:
    """Return *environ* without coverage's variables: coverage imports many modules itself."""
    return {name: environ[name] for name in environ if not name.startswith("COVERAGE_")}


@pytest.mark.parametrize(
    ("words", "excluded"),
    [
        (("--help",), HEAVY | DATABASE | {"app.runtime", "dataclasses", "socket"}),
        (("config",), HEAVY | DATABASE | {"app.domain.rules"}),
        (("order", "list"), HEAVY_RULES),
        (("product", "set", APPLES, "--stock", "7"), HEAVY_RULES),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_a_command_imports_no_module_that_it_does_not_need(
    database: str, words: tuple[str, ...], excluded: set[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRINT_MODULES, *words],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=without_coverage(environment(database=database)),
        text=True,
    )

    assert done.returncode == 0, done.stderr
    collects, kept, *modules = json.loads(done.stderr.splitlines()[-1])
    imported = set(modules)
    assert "app.cli.main" in imported
    assert imported & excluded == set()
    assert collects
    assert kept > len(imported) or words == ("--help",)
