"""How mails leave the shop, and the ways in which that fails."""

from email.message import EmailMessage
from typing import Protocol


class TryLater(Exception):
    """A mail was not taken, for now; the text is what the server said."""


class Undeliverable(Exception):
    """A mail will never be taken; the text is what the server said."""


class ServerUnavailable(Exception):
    """The server takes no mail at all: it is away, or lets the shop not in."""


class Transport(Protocol):
    """Delivers mails, one at a time."""

    async def deliver(self, message: EmailMessage) -> None:
        """Return once *message* is taken; raises one of the errors above otherwise."""

    async def close(self) -> None:
        """Hang up, until there is more to deliver."""
