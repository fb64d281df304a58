"""`shop account passkeys`: list the passkeys of an account, or remove all of them."""

import argparse
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from app.cli.database import query_database, read_database
from app.cli.found_account import ended_text, find_account, note
from app.cli.settings import read_settings
from app.domain.emails import shown_email
from app.domain.passkeys import Passkey
from app.domain.plain_text import isolated
from app.services.security_log import SecurityEvent
from app.store.account_changes import write_no_passkeys
from app.store.passkeys import load_passkeys


def add_passkey_arguments(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    text = "list the passkeys of an account, or remove all"
    command = commands.add_parser("passkeys", help=text)
    command.add_argument("account", metavar="ACCOUNT", help="its e-mail address, or u-…")
    command.add_argument(
        "--reset",
        action="store_true",
        help="remove them and the recovery codes, and end all logins, for somebody who lost all",
    )
    command.set_defaults(run=run_passkeys)


def run_passkeys(options: argparse.Namespace) -> None:
    """Print a line for each passkey, or remove them."""
    person = read_database(find_account, options.account)
    if not options.reset:
        found = read_database(load_passkeys, person.account)
        print(*_lines(found, read_settings().zone), sep="\n")
        return
    removed, ended = query_database(write_no_passkeys, person.account, int(time.time()))
    passkeys = f"{removed} {'passkey is' if removed == 1 else 'passkeys are'} removed"
    print(f"{shown_email(person.email)}: {passkeys}; {ended_text(ended)}.")
    note(SecurityEvent.PASSKEY_CHANGE, person.account, act="reset")


def _lines(found: Sequence[Passkey], zone: tzinfo) -> Iterator[str]:
    for one in found:
        added, used = (
            f"{datetime.fromtimestamp(at_s, zone):%Y-%m-%d %H:%M}" if at_s else "never"
            for at_s in (one.created_at_s, one.used_at_s)
        )
        yield f"added {added}  used {used}  {isolated(one.name)}"
    if not found:
        yield "There are none."
