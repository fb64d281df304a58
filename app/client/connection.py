"""One socket, from the handshake to its end."""

import asyncio
from collections.abc import Callable
from ssl import SSLContext
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.client.comeback import Patience
from app.client.observer import Observer
from app.domain.outbox import OutboxId
