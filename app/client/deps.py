"""What a client is given: how long it waits, and its sources of chance and names."""

from collections.abc import Callable
from typing import NamedTuple

from app.client.backoff import RetryPolicy


class ClientDeps(NamedTuple):
    """The retry policy, and the sources of chance and names."""

    retry_policy: RetryPolicy
    chance: Callable[[], float]
    new_name: Callable[[], str]
