"""Where a mail server is, as settings say it."""

from enum import StrEnum
from typing import NamedTuple


class Security(StrEnum):
    """What keeps a connection secret."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailServer(NamedTuple):
    """Where the server is, and how it lets the shop in; without a `user` there is no login."""

    host: str
    port: int
    security: Security
    user: str
    password: str
