"""How many connections a server can have, from how many files it may open."""

import resource

from app.runtime.config import Config
from app.runtime.setting_types import HIGHEST
from app.server.connection_limits import ConnectionLimits

KEPT_FREE = 100
"""Descriptors that are no connections: the database, its threads' connections, pages, logs."""
SHARE_OF_ADDRESS = 3
LEAST_OF_ADDRESS = 16
"""A household's, however few descriptors there are."""


def make_connection_limits(config: Config, most_files: int) -> ConnectionLimits:
    """Return the limits of a server that may open *most_files*.

    By default one address gets a third of what is left for connections: never so much that others
    are kept out, and with thousands of descriptors more than a large network behind one address
    uses.
    """
    if most_files == resource.RLIM_INFINITY:
        most_files = HIGHEST
    most = max(LEAST_OF_ADDRESS, most_files - min(KEPT_FREE, most_files // 4))
    share = min(most, config.sockets_in_all) // SHARE_OF_ADDRESS
    of_address = config.connections_of_address or max(LEAST_OF_ADDRESS, share)
    return ConnectionLimits(most, of_address, config.proxies)
