"""What a client is given: how it connects and waits, its sources of chance and names."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from app.client.backoff import RetryPolicy


class Transport(StrEnum):
    """What carries the frames; `AUTO` is a websocket, unless the network blocks it."""

    AUTO = "auto"
    WEBSOCKET = "websocket"
    EVENTS = "events"


class ClientDeps(NamedTuple):
    """The retry policy, the sources of chance and names, the language if one is wanted.

    `transport` carries the frames of tabs.
    """

    retry_policy: RetryPolicy
    chance: Callable[[], float]
    new_name: Callable[[], str]
    language: str | None = None
    transport: Transport = Transport.AUTO
