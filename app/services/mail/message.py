"""A mail as it goes over the wire (RFC 5322), the same at each try."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import NamedTuple

from app.domain.emails import is_email
from app.services.mail.templates import RenderedMail
from app.store.mail_queue import ClaimedMail

_PLAIN = SMTP.clone(cte_type="7bit")
"""Every server takes such a mail, also one without 8BITMIME (RFC 6152)."""


class Sender(NamedTuple):
    """Whom mails are from, and where answers go if that is elsewhere."""

    name: str
    address: str
    reply_to: str

    @property
    def domain(self) -> str:
        """The domain of its address, in which Message-IDs are."""
        return self.address.rpartition("@")[2]


def make_message(claimed: ClaimedMail, rendered: RenderedMail, sender: Sender) -> EmailMessage:
    """Return the message of a mail; raises ValueError if its recipient cannot be one.

    No text of a header reaches another: the email package refuses line breaks.
    """
    to = claimed.mail.to
    message = EmailMessage(policy=_PLAIN if to.isascii() else SMTPUTF8)
    message["Message-ID"] = claimed.message_id
    message["Date"] = datetime.fromtimestamp(claimed.created_at_s, UTC)
    message["From"] = _address(sender.address, sender.name)
    message["To"] = _address(to)
    if sender.reply_to:
        message["Reply-To"] = _address(sender.reply_to)
    message["Subject"] = rendered.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    message["Content-Language"] = rendered.language
    return message


def _address(email: str, name: str = "") -> Address:
    """Return an address for a header; its first part may have any letters (RFC 6532)."""
    if not is_email(email):
        raise ValueError("no e-mail address")
    local, _, domain = email.rpartition("@")
    return Address(name, local, domain)
