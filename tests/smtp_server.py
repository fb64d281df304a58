"""A real SMTP server (aiosmtpd) in a process of its own, which misbehaves for some recipients."""

import argparse
import asyncio
import json
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.databases import PATIENCE_S
from tests.e2e.server import ROOT, free_port

USER, PASSWORD = "shop", "a password: of the shop@its mail server"
NEVER, REFUSED, LATER = "never@shop.example", "refused@shop.example", "later@shop.example"
CUT, SLOW = "cut@shop.example", "slow@shop.example"
FOREVER_S = 3600


class Received(NamedTuple):
    """A mail that the server has taken, whole."""

    to: str
    message_id: str
    source: str

    @property
    def message(self) -> EmailMessage:
        """Return the mail, parsed."""
        parsed = message_from_bytes(self.source.encode(), policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class SmtpServer:
    """The server; `start` begins it anew at the same port, with what it has received."""

    def __init__(self, folder: Path, *options: str):
        self.port = free_port()
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, and return when it listens."""
        words = ("--port", str(self.port), "--received", str(self._file), *self._options)
        program = [sys.executable, "-m", "tests.smtp_server", *words]
        self._process = subprocess.Popen(program, cwd=ROOT)
        deadline_s = time.monotonic() + PATIENCE_S
        while not self._listens():
            assert time.monotonic() < deadline_s, "the mail server does not answer"
            time.sleep(0.02)

    def end(self) -> None:
        """Kill the process."""
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    def received(self) -> list[Received]:
        """Return all mails that it has taken, in their order."""
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return [Received(**json.loads(line)) for line in lines]

    def asked(self) -> list[str]:
        """Return for whom it was given mails, whatever became of them."""
        file = self._file.with_suffix(".asked")
        return file.read_text().splitlines() if file.exists() else []

    @property
    def _file(self) -> Path:
        return self._folder / "received"

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@contextmanager
def smtp_server(folder: Path, *options: str) -> Iterator[SmtpServer]:
    """Run a server in the `with` block."""
    server = SmtpServer(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.end()


def make_certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1, signed by itself, with its key, to one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    return file


class Mailbox:
    """Answers each command; what is taken is on the disk before it is acknowledged."""

    def __init__(self, file: Path):
        self._file = file
        self._seen: Counter[str] = Counter()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, but not that of NEVER, and that of LATER at the second time."""
        del options
        if address == NEVER:
            return "550 5.1.1 No such mailbox"
        self._seen[address] += 1
        if address == LATER and self._seen[address] == 1:
            return "451 4.7.1 Greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, but not that of REFUSED, and that of SLOW only after an hour."""
        (to,) = envelope.rcpt_tos
        with self._file.with_suffix(".asked").open("a") as file:
            file.write(f"{to}\n")
        if to == REFUSED:
            return "554 5.7.1 This is spam"
        if to == SLOW:
            await asyncio.sleep(FOREVER_S)
        assert isinstance(envelope.original_content, bytes)
        source = envelope.original_content.decode()
        message_id = message_from_bytes(envelope.original_content, policy=default)["Message-ID"]
        with self._file.open("a") as file:
            file.write(json.dumps(Received(to, message_id, source)._asdict()) + "\n")
        return "250 OK"


class FaultySmtp(SMTP):
    """An SMTP server that hangs up in the middle of DATA if the mail is for CUT, the first time."""

    has_cut = False

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd calls it so
        """Read a mail."""
        if self.envelope and self.envelope.rcpt_tos == [CUT] and not FaultySmtp.has_cut:
            FaultySmtp.has_cut = True
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            self._writer.close()
            return
        await super().smtp_DATA(arg)


def check_login(*given: Any) -> AuthResult:
    """Let in who knows the password."""
    _, _, _, _, login = given
    is_right = login == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


async def serve(options: argparse.Namespace) -> None:
    """Serve until the process is killed."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if options.certificate else None
    if tls:
        tls.load_cert_chain(options.certificate)
    is_starttls = bool(tls) and not options.tls
    mailbox = Mailbox(options.received)

    def connected() -> FaultySmtp:
        return FaultySmtp(
            mailbox,
            enable_SMTPUTF8=True,
            hostname="mail.example",
            tls_context=tls if is_starttls else None,
            require_starttls=is_starttls,
            auth_required=bool(tls),
            auth_require_tls=is_starttls,
            authenticator=check_login if tls else None,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        connected, "127.0.0.1", options.port, ssl=tls if options.tls else None
    )
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--received", type=Path)
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--tls", action="store_true", help="from the start, not by STARTTLS")
    asyncio.run(serve(parser.parse_args()))
