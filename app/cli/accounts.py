"""`shop account`: add accounts, of staff too."""

import argparse
import getpass
import secrets
import sys
import time
from uuid import uuid4

from app.cli.database import query_database
from app.cli.errors import CommandError
from app.domain.accounts import is_email
from app.domain.cart import AccountId
from app.services.passwords import Passwords, hash_password, make_hasher
from app.store.accounts import EmailTaken, Person, add_account


def add_account_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop account add`."""
    adding = parser.add_subparsers(required=True).add_parser(
        "add", help="add an account; asks for its password"
    )
    adding.add_argument("email")
    adding.add_argument("--name", required=True)
    adding.add_argument("--staff", action="store_true", help="a member of staff")
    adding.set_defaults(run=run_add)


def run_add(options: argparse.Namespace) -> None:
    """Add an account; its password is typed, or the first line of standard input."""
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not is_email(options.email):
        raise CommandError(f"“{options.email}” is not an e-mail address.")
    if weakness := Passwords(make_hasher()).weakness(password):
        raise CommandError(weakness)
    account = AccountId(f"u-{uuid4()}")
    person = Person(account, options.email, options.name, hash_password(password), options.staff)
    try:
        query_database(add_account, person, secrets.token_hex(4), int(time.time()))
    except EmailTaken:
        raise CommandError(f"there is an account with {options.email} already.") from None
    print(f"Added {person.email} as {account}.")
