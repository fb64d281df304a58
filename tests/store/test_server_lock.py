"""The lock that keeps a second server off a database."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store.server_lock import AdvisoryLock, AlreadyLocked, acquire_server_lock
from tests.databases import Cluster, Databases, open_cluster


@pytest.mark.on_both
def test_an_exclusive_server_locks_out_every_other(databases: Databases) -> None:
    url = databases.new()
    with closing(acquire_server_lock(url, shared=False)):
        with pytest.raises(AlreadyLocked):
            acquire_server_lock(url, shared=False)
        acquire_server_lock(databases.new(), shared=False).close()

    acquire_server_lock(url, shared=False).close()


def test_a_database_file_is_locked_by_a_lock_file_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/shop.db"
    with closing(acquire_server_lock(url, shared=False)) as lock:
        lock.ensure_held()
        with pytest.raises(AlreadyLocked, match=r"shop\.db\.lock"):
            acquire_server_lock(url, shared=False)


def test_servers_that_share_lock_out_exclusive_ones(cluster: Cluster) -> None:
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


def test_a_lock_is_taken_again_after_a_crash_of_the_database(own_cluster: Cluster) -> None:
    url = own_cluster.new()
    with closing(AdvisoryLock(url, shared=False)) as lock:
        own_cluster.stop(signal.SIGQUIT)
        with pytest.raises(DatabaseUnavailable):
            lock.ensure_held()
        with pytest.raises(DatabaseUnavailable):
            lock.ensure_held()

        own_cluster.start()
        lock.ensure_held()

        with pytest.raises(AlreadyLocked):
            acquire_server_lock(url, shared=False)


def test_a_lock_that_another_server_took_after_a_crash_is_reported(own_cluster: Cluster) -> None:
    url = own_cluster.new()
    with closing(AdvisoryLock(url, shared=False)) as late:
        own_cluster.stop(signal.SIGQUIT)
        own_cluster.start()
        with closing(acquire_server_lock(url, shared=False)), pytest.raises(DatabaseUnavailable):
            late.ensure_held()
        with closing(acquire_server_lock(url, shared=False)), pytest.raises(AlreadyLocked):
            late.ensure_held()


@pytest.mark.short
def test_a_lock_that_our_own_lost_session_still_holds_is_taken_again(cluster: Cluster) -> None:
    with closing(AdvisoryLock(cluster.new(), shared=False)) as lock:
        [[pid]] = cluster.rows("SELECT pid FROM pg_locks WHERE locktype = 'advisory'")
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(DatabaseUnavailable, match="does not answer"):
                lock.ensure_held()
            with pytest.raises(DatabaseUnavailable, match="still holds the lock"):
                lock.ensure_held()
        finally:
            os.kill(pid, signal.SIGCONT)
        while cluster.rows(f"SELECT FROM pg_stat_activity WHERE pid = {pid}"):
            time.sleep(0.01)

        lock.ensure_held()
