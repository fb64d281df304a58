"""How many connections a server can have, from how many files it may open."""

import resource
from dataclasses import replace

import pytest

from app.runtime.config import read_config
from app.runtime.connection_limits import make_connection_limits

CONFIG = read_config({})


@pytest.mark.parametrize(
    ("files", "most", "of_address"),
    [(64, 48, 16), (600, 500, 166), (1024, 924, 308), (32768, 32668, 5000)],
)
def test_an_address_gets_a_third_of_the_connections_that_there_can_be(
    files: int, most: int, of_address: int
) -> None:
    limits = make_connection_limits(CONFIG, files)

    assert (limits.most, limits.most_of_network) == (most, of_address)


def test_without_a_limit_on_files_the_limit_on_sockets_counts() -> None:
    limits = make_connection_limits(CONFIG, resource.RLIM_INFINITY)

    assert limits.most_of_network == CONFIG.sockets_in_all // 3


def test_a_setting_replaces_the_third() -> None:
    limits = make_connection_limits(replace(CONFIG, connections_of_address=7), 600)

    assert limits.most_of_network == 7
