"""The metrics of mails."""

from collections.abc import Iterator

from app.metrics.prometheus import Metric, counter, gauge, histogram
from app.services.mail.sender import MailStats


def mail_metrics(stats: MailStats) -> Iterator[Metric]:
    """Yield what waits in the database, and what this server has done."""
    waiting = stats.waiting
    yield gauge("shop_mails_waiting", "Mails that wait to be sent.", waiting.mails)
    yield gauge(
        "shop_mails_oldest_timestamp_seconds",
        "When the mail was written that waits longest, since 1970; 0 if none does.",
        waiting.since_s,
    )
    yield counter("shop_mail_tries_total", "Deliveries that were begun.", {(): stats.tries})
    yield counter(
        "shop_mails_total",
        "Mails that a mail server has taken, and those that have failed for good.",
        {("sent",): stats.sent, ("failed",): stats.failed},
        "fate",
    )
    yield counter(
        "shop_mails_left_total",
        "Mails tried again after a server ended in the middle: they may have been sent before.",
        {(): stats.left},
    )
    yield counter(
        "shop_mail_outages_total", "Times the mail server could not be used.", {(): stats.outages}
    )
    yield histogram("shop_mail_seconds", "How long the mail server took.", stats.deliveries)
