"""Mails, as tests have them claimed and rendered."""

from app.domain.languages import Language
from app.domain.mails import Mail, MailId, MailKind
from app.services.mail.templates import RenderedMail
from app.store.mail_queue import ClaimedMail
from tests.examples import NOON

RENDERED = RenderedMail(
    "您的訂單 7QK4-M2XD",
    "感謝您的訂購。\n.\nFrom the shop: " + "leaf " * 300 + "\n",
    "<p>感謝您的訂購。</p>\n",
    Language("zh-Hant"),
)


def claimed(to: str) -> ClaimedMail:
    """Return a mail for *to* that is to be delivered now."""
    mail = Mail(MailKind.ORDER_PLACED, to, RENDERED.language, None)
    return ClaimedMail(MailId("0a1b"), mail, "<0a1b@shop.example>", NOON, 1, was_left=False)
