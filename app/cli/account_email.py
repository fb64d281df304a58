"""`shop account email`: give an account another address, for somebody who lost the old mailbox."""

import argparse
import time
from typing import Any

from app.cli.database import query_database, read_database
from app.cli.errors import CommandError
from app.cli.found_account import ended_text, find_account, note
from app.domain.emails import is_email, normalize_email, shown_email
from app.domain.errors import AccountRemoved
from app.services.security_log import SecurityEvent
from app.store.accounts import EmailTaken
from app.store.email_addresses import write_address


def add_email_arguments(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    text = "change the address of an account, for somebody who lost the old mailbox"
    more = "Be sure who asks. Both addresses are told by mail, and all logins end."
    command = commands.add_parser("email", help=text, description=f"{text.capitalize()}. {more}")
    command.add_argument("account", metavar="OLD", help="its e-mail address, or u-…")
    command.add_argument("email", metavar="NEW", help="the address that it gets, as confirmed")
    command.set_defaults(run=run_email)


def run_email(options: argparse.Namespace) -> None:
    """Give an account another address."""
    person = read_database(find_account, options.account)
    if not is_email(options.email):
        raise CommandError(f"“{options.email}” is not an e-mail address.")
    new_email = normalize_email(options.email)
    if person.is_confirmed and new_email == normalize_email(person.email):
        raise CommandError(f"{shown_email(new_email)} is the address of this account already.")
    try:
        ended = query_database(write_address, person, new_email, int(time.time()))
    except EmailTaken:
        taken = shown_email(new_email)
        raise CommandError(f"there is another account with {taken} already.") from None
    except AccountRemoved:
        raise CommandError(f"the account {options.account} was deleted.") from None
    old, new = shown_email(person.email), shown_email(new_email)
    print(f"The address of {old} is {new} now; {ended_text(ended)}.")
    note(SecurityEvent.EMAIL_CHANGE, person.account)
