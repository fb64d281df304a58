"""Delivers mails to an SMTP server (RFC 5321), over TLS unless it is on this machine."""

import asyncio
import ssl
from contextlib import suppress
from email.message import EmailMessage

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from app.services.mail.server import MailServer, Security
from app.services.mail.transport import ServerUnavailable, TryLater, Undeliverable

STAGE_TIMEOUT_S = 30.0
"""How long the server may take with each answer: to connect, to log in, to each command."""
PERMANENT = 500


class SmtpTransport:
    """A connection that is kept while there is more to deliver; *name* says who calls (EHLO)."""

    def __init__(self, server: MailServer, name: str, timeout_s: float = STAGE_TIMEOUT_S):
        self._server = server
        self._name = name
        self._timeout_s = timeout_s
        self._connection: SMTP | None = None

    async def deliver(self, message: EmailMessage) -> None:
        """Return once the server has taken *message*."""
        connection = self._connection or await self._connect()
        self._connection = connection
        try:
            await connection.send_message(message)
        except SMTPSenderRefused as error:
            await self.close()
            raise ServerUnavailable(f"it refuses the sender: {_said(error)}") from error
        except SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0]) from error
        except SMTPDataError as error:
            raise _refusal(error) from error
        except (SMTPNotSupported, UnicodeError) as error:
            raise Undeliverable(f"the server cannot take this address: {error}") from error
        except (SMTPException, OSError) as error:
            self._drop()
            raise TryLater(f"the connection was lost: {_said(error)}") from error
        except asyncio.CancelledError:  # in the middle of something, which nothing may follow
            self._drop()
            raise

    async def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection:
            with suppress(SMTPException, OSError):
                await self._connection.quit()
            self._drop()

    async def _connect(self) -> SMTP:
        """Connect and log in; whatever goes wrong here is no fault of a mail."""
        server = self._server
        connection = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=self._name,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=None if server.security is Security.NONE else _tls(),
            timeout=self._timeout_s,
        )
        try:
            await connection.connect()
        except (SMTPException, OSError) as error:
            connection.close()
            raise ServerUnavailable(_said(error)) from error
        return connection

    def _drop(self) -> None:
        """Hang up without a word."""
        if self._connection:
            self._connection.close()
            self._connection = None


def _tls() -> ssl.SSLContext:
    """Return what checks the server's certificate against those that the machine trusts."""
    return ssl.create_default_context()


def _refusal(error: SMTPResponseException) -> TryLater | Undeliverable:
    """Return what an answer to one mail means (RFC 5321 §4.2.1)."""
    return Undeliverable(_said(error)) if error.code >= PERMANENT else TryLater(_said(error))


def _said(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__
