"""The primary and the standby of the compose file, set up by the scripts in deploy/."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.databases import Cluster, open_cluster, wait_until

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def primary(postgresql: Path) -> Iterator[Cluster]:
    """Return a server that a standby may replicate, and that has been started again since."""
    with open_cluster(postgresql) as cluster:
        made = {"POSTGRES_USER": "shop", "POSTGRES_DB": "postgres", "REPLICATION_PASSWORD": "hush"}
        script = ["sh", str(DEPLOY / "postgres-primary.sh")]
        environment = cluster.as_owner(PGHOST=str(cluster.folder), **made)
        subprocess.run(script, check=True, stdout=subprocess.DEVNULL, **environment)
        cluster.stop()
        cluster.start()
        yield cluster


@contextmanager
def standby_of(primary: Cluster) -> Iterator[str]:
    """Run a standby; return how libpq connects to it."""
    folder = primary.folder / "standby"
    own = {"PGDATA": str(folder / "data"), "PRIMARY_HOST": str(primary.folder)}
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200")
    options = [word for setting in settings for word in ("-c", setting)]
    script = ["sh", str(DEPLOY / "postgres-standby.sh"), *options]
    environment = primary.as_owner(REPLICATION_PASSWORD="hush", **own)
    with subprocess.Popen(
        script, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **environment
    ) as process:
        try:
            yield f"host={folder} user=shop dbname=postgres"
        finally:
            process.terminate()


def test_a_promoted_standby_has_every_commit_and_waits_for_no_other(primary: Cluster) -> None:
    in_step = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'"
    with standby_of(primary) as address:
        wait_until(lambda: bool(primary.rows(in_step)))
        primary.execute("CREATE TABLE sold AS SELECT 1 AS units")
        primary.stop()

        with psycopg.connect(address, autocommit=True) as promoted:
            promoted.execute("SELECT pg_promote()")
            promoted.execute("SET statement_timeout = '5s'")
            promoted.execute("INSERT INTO sold VALUES (2)")
            assert promoted.execute("SELECT units FROM sold").fetchall() == [(1,), (2,)]
