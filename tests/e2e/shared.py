"""A PostgreSQL and a Redis that several servers share, and that tests can stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from tests.databases import Cluster, find_postgresql, open_cluster
from tests.redis import RedisServer, find_redis


class Shared(NamedTuple):
    """A running PostgreSQL and a running Redis."""

    cluster: Cluster
    redis: RedisServer


@contextmanager
def open_shared() -> Iterator[Shared]:
    """Run PostgreSQL and Redis; skip the test where one is not installed."""
    postgresql, program = find_postgresql(), find_redis()
    if postgresql is None or program is None:
        pytest.skip("PostgreSQL and Redis are needed (Debian: postgresql, redis-server)")
    redis = RedisServer(program)
    try:
        redis.start()
        with open_cluster(postgresql) as cluster:
            yield Shared(cluster, redis)
    finally:
        redis.kill()
