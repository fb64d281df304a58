"""Who may serve a database."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store.server_lock import AdvisoryLock, AlreadyLocked, acquire_server_lock
from tests.databases import Cluster, Databases, open_cluster


@pytest.mark.on_both
def test_a_database_has_one_server_that_does_not_share_it(databases: Databases) -> None:
    url = databases.new()
    with closing(acquire_server_lock(url, shared=False)):
        with pytest.raises(AlreadyLocked):
            acquire_server_lock(url, shared=False)
        acquire_server_lock(databases.new(), shared=False).close()

    acquire_server_lock(url, shared=False).close()


def test_a_file_is_kept_by_another_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/shop.db"
    with closing(acquire_server_lock(url, shared=False)) as claimed:
        claimed.ensure_held()
        with pytest.raises(AlreadyLocked, match=r"shop\.db\.lock"):
            acquire_server_lock(url, shared=False)


def test_servers_that_share_keep_off_those_that_do_not(cluster: Cluster) -> None:
    url = cluster.new()
    first, second = acquire_server_lock(url, shared=True), acquire_server_lock(url, shared=True)
    with pytest.raises(AlreadyLocked, match="shop"):
        acquire_server_lock(url, shared=False)
    first.close()
    with pytest.raises(AlreadyLocked):
        acquire_server_lock(url, shared=False)
    second.close()

    with closing(acquire_server_lock(url, shared=False)), pytest.raises(AlreadyLocked):
        acquire_server_lock(url, shared=True)


@pytest.fixture
def own_cluster(postgresql: Path) -> Iterator[Cluster]:
    """Return a PostgreSQL server that may be stopped."""
    with open_cluster(postgresql) as cluster:
        yield cluster


def test_a_claim_outlives_a_crash_of_the_database(own_cluster: Cluster) -> None:
    url = own_cluster.new()
    with closing(AdvisoryLock(url, shared=False)) as claimed:
        own_cluster.stop(signal.SIGQUIT)
        with pytest.raises(DatabaseUnavailable):
            claimed.ensure_held()
        with pytest.raises(DatabaseUnavailable):
            claimed.ensure_held()

        own_cluster.start()
        claimed.ensure_held()

        with pytest.raises(AlreadyLocked):
            acquire_server_lock(url, shared=False)


def test_who_comes_too_late_after_a_crash_is_told(own_cluster: Cluster) -> None:
    url = own_cluster.new()
    with closing(AdvisoryLock(url, shared=False)) as late:
        own_cluster.stop(signal.SIGQUIT)
        own_cluster.start()
        with closing(acquire_server_lock(url, shared=False)), pytest.raises(DatabaseUnavailable):
            late.ensure_held()
        with closing(acquire_server_lock(url, shared=False)), pytest.raises(AlreadyLocked):
            late.ensure_held()
