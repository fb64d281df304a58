"""A real SMTP server that keeps what it takes, in a thread of the test's own process."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.e2e.server import free_port


class MailSink:
    """The server on a free port of loopback; `taken` has each mail as often as it came."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self._controller = Controller(self, "127.0.0.1", free_port())

    @property
    def url(self) -> str:
        """Return the address for the settings of a shop."""
        return f"smtp://127.0.0.1:{self._controller.port}?security=none"

    def __enter__(self) -> Self:
        """Start."""
        self._controller.start()
        return self

    def __exit__(self, *failure: object) -> None:
        """Stop."""
        self._controller.stop()

    async def handle_DATA(  # noqa: N802 - as the server calls it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        content: Any = envelope.content
        self.taken.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def ids(self) -> list[str]:
        """Return the `Message-ID` of each mail, as often as it came."""
        return [str(mail["Message-ID"]) for mail in self.taken]
