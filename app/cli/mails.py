"""`shop mail`: list mails that wait, have failed or were sent, and have them tried again."""

import argparse
import time
from collections.abc import Iterator
from datetime import datetime, tzinfo

from app.cli.database import query_database, read_database
from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.domain.mails import MailId, MailState
from app.domain.paging import read_start
from app.domain.plain_text import isolated
from app.store.mail_queue import PAGE_KEY, MailsPage, list_mails, retry_failed_mails, retry_mail


def add_mail_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop mail list` and `retry`."""
    commands = parser.add_subparsers(required=True)
    listing = commands.add_parser("list", help="print mails, the newest first")
    listing.add_argument("--state", type=MailState, choices=[*MailState], default=MailState.WAITING)
    listing.add_argument("--page", default="1", help="which page, as the one before said")
    listing.set_defaults(run=run_list)
    retrying = commands.add_parser("retry", help="have a mail tried now")
    which = retrying.add_mutually_exclusive_group(required=True)
    which.add_argument("mail", nargs="?", help="its id, as “shop mail list” prints it")
    which.add_argument("--all", action="store_true", help="all that failed and can be tried again")
    retrying.set_defaults(run=run_retry)


def run_list(options: argparse.Namespace) -> None:
    """Print a line for each mail of a page, and one more if there is another page."""
    if (start := read_start(options.page, PAGE_KEY)) is None:
        raise CommandError("--page takes what the page before said; pages count from 1.")
    page = read_database(list_mails, options.state, start)
    print(*_lines(page, read_settings().zone), sep="\n")


def run_retry(options: argparse.Namespace) -> None:
    """Have one mail tried again, or all that can be; a running server sends them."""
    now_s = int(time.time())
    if options.all:
        print(f"Mails to be tried again: {query_database(retry_failed_mails, now_s)}.")
    elif query_database(retry_mail, MailId(options.mail), now_s):
        print(f"{options.mail}: to be tried again.")
    else:
        raise CommandError(
            f"{options.mail} cannot be tried again: it was sent, is being sent, has lost its link,"
            " or never was."
        )


def _lines(page: MailsPage, zone: tzinfo) -> Iterator[str]:
    for mail in page.mails:
        written_at = datetime.fromtimestamp(mail.created_at_s, zone)
        yield (
            f"{mail.id}  {mail.kind:18}  {written_at:%Y-%m-%d %H:%M}  {mail.tries:>2}"
            f"  {isolated(mail.to)}  {isolated(mail.error)}".rstrip()
        )
    if not page.mails:
        yield "There are none."
    if page.next_page:
        yield f"There are more: --page {page.next_page}"
