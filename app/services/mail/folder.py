"""Keeps mails as files, for a shop without a mail server: a demo, or a test."""

import asyncio
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final, NamedTuple

from app.services.mail.transport import ServerUnavailable

MOST_SHOWN: Final = 50
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z.@_-]")


class KeptMail(NamedTuple):
    """A mail in the folder; `name` is that of its file."""

    name: str
    to: str
    subject: str
    at_s: int
    text: str


class MailFolder:
    """A transport that writes each mail to a file of its own; the same mail is the same file."""

    def __init__(self, folder: Path):
        self._folder = folder

    async def deliver(self, message: EmailMessage) -> None:
        """Write *message* to its file."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise ServerUnavailable(f"{self._folder}: {error.strerror}") from error

    async def close(self) -> None:
        """Do nothing: no file is open."""

    def newest(self) -> list[KeptMail]:
        """Return the newest mails, the newest first."""
        files = sorted(self._folder.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns)
        return [_read(file) for file in reversed(files[-MOST_SHOWN:])]

    def find(self, name: str) -> KeptMail | None:
        """Return the mail in the file called *name*, if there is one.

        *name* comes from an address: no path is made of it, it is only compared.
        """
        files = (file for file in self._folder.glob("*.eml") if file.stem == name)
        return next(map(_read, files), None)

    def _write(self, message: EmailMessage) -> None:
        """Write the file in one step, readable by its owner only: it may have a secret link."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"{_UNSAFE.sub('', message['Message-ID'])}.eml"
        part = file.with_suffix(".part")
        part.touch(0o600)
        part.write_bytes(message.as_bytes())
        part.replace(file)


def _read(file: Path) -> KeptMail:
    message = message_from_bytes(file.read_bytes(), policy=default)
    text = message.get_body(("plain",))
    at_s = int(message["Date"].datetime.timestamp())
    content = text.get_content() if isinstance(text, EmailMessage) else ""
    return KeptMail(file.stem, message["To"], message["Subject"], at_s, content)
