"""`shop account`: add and list accounts, end their logins, disable them, set password and role.

An open shop follows within a second: the websockets of a login that has ended close.
"""

import argparse
import getpass
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from uuid import uuid4

from sqlalchemy import Connection

from app.cli.account_email import add_email_arguments
from app.cli.database import query_database, read_database
from app.cli.errors import CommandError
from app.cli.found_account import ended_text, find_account, note
from app.cli.interrupts import prompt_interrupts
from app.cli.passkeys import add_passkey_arguments
from app.cli.settings import read_settings
from app.domain.accounts import LONGEST_NAME, AccountId, is_name
from app.domain.emails import is_email, shown_email
from app.domain.languages import Language
from app.domain.paging import read_start
from app.domain.plain_text import clean_line, isolated
from app.domain.sessions import SessionHash
from app.http.core.input_texts import weakness_text
from app.i18n.languages import spoken
from app.services.accounts import role_of
from app.services.passwords import Passwords, hash_password, make_hasher
from app.services.security_log import SecurityEvent
from app.store.account_changes import write_disabled, write_password, write_staff
from app.store.account_list import PAGE_KEY, AccountsPage, list_accounts
from app.store.account_removal import OpenOrders, write_deletion
from app.store.accounts import EmailTaken, Person, add_account, set_language
from app.store.sessions import SignedIn, end_account_sessions, end_own_session, load_sessions

SHOWN_OF_HASH = 16
NO_LANGUAGE = "browser"


def add_account_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the commands of `shop account`."""
    commands = parser.add_subparsers(required=True)
    adding = commands.add_parser("add", help="add an account; asks for its password")
    adding.add_argument("email")
    adding.add_argument("--name", required=True)
    adding.add_argument("--staff", action="store_true", help="a member of staff")
    adding.set_defaults(run=run_add)

    listing = commands.add_parser("list", help="list accounts, newest first")
    listing.add_argument("--find", default="", help="part of an e-mail address or a name")
    listing.add_argument("--page", default="1", help="24 accounts are on a page")
    listing.set_defaults(run=run_list)

    add_email_arguments(commands)
    add_passkey_arguments(commands)
    for name, text, run in (
        ("sessions", "list where an account is signed in", run_sessions),
        ("end", "end the logins of an account, or one of them", run_end),
        ("disable", "end all logins of an account, and let nobody sign in to it", run_disable),
        ("enable", "let its owner sign in to an account again", run_enable),
        ("delete", "delete an account; its orders stay, without the person", run_delete),
        ("password", "set a password, which ends all logins; asks for it", run_password),
        ("language", "set the language of an account", run_language),
        ("role", "make an account one of staff, or a shopper's; ends all logins", run_role),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("account", metavar="ACCOUNT", help="its e-mail address, or u-…")
        command.set_defaults(run=run)
        if name == "end":
            command.add_argument("session", nargs="?", help="as “shop account sessions” lists it")
        if name == "language":
            languages = (*spoken(), NO_LANGUAGE)
            command.add_argument("language", choices=languages, help="browser: not chosen")
        if name == "role":
            command.add_argument("role", choices=("staff", "shopper"))


def run_add(options: argparse.Namespace) -> None:
    """Add an account; its password is typed, or the first line of standard input."""
    password = _read_password()
    if not is_email(options.email):
        raise CommandError(f"“{options.email}” is not an e-mail address.")
    if not is_name(name := clean_line(options.name)):
        raise CommandError(f"a name has 1 to {LONGEST_NAME} characters, on one line.")
    _require_strong(password, options.email)
    account = AccountId(f"u-{uuid4()}")
    person = Person(account, options.email, name, hash_password(password), options.staff)
    try:
        query_database(add_account, person, secrets.token_hex(4), int(time.time()))
    except EmailTaken:
        raise CommandError(f"there is an account with {options.email} already.") from None
    print(f"Added {person.email} as {account}.")
    if person.staff:
        note(SecurityEvent.ROLE_CHANGE, account, role=role_of(staff=True))


def run_list(options: argparse.Namespace) -> None:
    """Print a line for each account of a page, and one more if there is another page."""
    if (start := read_start(options.page, PAGE_KEY)) is None:
        raise CommandError("--page takes what the page before said; pages count from 1.")
    page = read_database(list_accounts, options.find, start)
    print(*_account_lines(page), sep="\n")


def run_sessions(options: argparse.Namespace) -> None:
    """Print a line for each login of an account, the one used last first."""
    config, person = read_settings(), read_database(find_account, options.account)
    now_s = int(time.time())
    found = read_database(load_sessions, person.account, config.lifetime, now_s)
    print(*_session_lines(found, config.zone), sep="\n")


def run_end(options: argparse.Namespace) -> None:
    """End all logins of an account, or one; print how many there were."""
    person, ended = query_database(end_logins, options.account, options.session)
    print(f"Ended {ended} {'login' if ended == 1 else 'logins'} of {shown_email(person.email)}.")
    if ended:
        note(SecurityEvent.SESSIONS_ENDED, person.account, sessions=ended)


def end_logins(connection: Connection, name: str, session: str | None) -> tuple[Person, int]:
    """End the logins of an account, or the one whose hash begins with *session*."""
    person = find_account(connection, name)
    if session is None:
        return person, len(end_account_sessions(connection, person.account))
    lifetime = read_settings().lifetime
    found = load_sessions(connection, person.account, lifetime, int(time.time()))
    ids = [one.id_hash for one in found if one.id_hash.startswith(session)]
    if len(ids) != 1 or not end_own_session(connection, person.account, SessionHash(ids[0])):
        raise CommandError(f"there is no login {session}. “shop account sessions” lists them.")
    return person, 1


def run_disable(options: argparse.Namespace) -> None:
    """Disable an account."""
    _set_disabled(options.account, disabled=True)


def run_enable(options: argparse.Namespace) -> None:
    """Enable an account."""
    _set_disabled(options.account, disabled=False)


def run_delete(options: argparse.Namespace) -> None:
    """Delete an account, as its owner could."""
    person = read_database(find_account, options.account)
    if person.staff:
        raise CommandError("this is one of staff. Make it a shopper's first: “shop account role”.")
    try:
        ended = query_database(write_deletion, person, int(time.time()))
    except OpenOrders as fault:
        raise CommandError(f"these orders are on their way: {', '.join(fault.numbers)}.") from None
    print(f"{shown_email(person.email)} is deleted; {ended_text(ended)}.")
    note(SecurityEvent.ACCOUNT_DELETED, person.account)


def run_password(options: argparse.Namespace) -> None:
    """Set a password, which is typed, or the first line of standard input."""
    person, password = read_database(find_account, options.account), _read_password()
    _require_strong(password, person.email)
    ended = query_database(
        write_password, person.account, hash_password(password), int(time.time())
    )
    print(f"The password of {shown_email(person.email)} is set; {ended_text(ended)}.")
    note(SecurityEvent.CREDENTIAL_CHANGE, person.account)


def run_role(options: argparse.Namespace) -> None:
    """Make an account one of staff, or a shopper's."""
    person = read_database(find_account, options.account)
    ended = query_database(
        write_staff, person.account, int(time.time()), staff=options.role == "staff"
    )
    role = "one of staff" if options.role == "staff" else "a shopper's"
    print(f"{shown_email(person.email)} is {role} now; {ended_text(ended)}.")
    note(SecurityEvent.ROLE_CHANGE, person.account, role=options.role)


def run_language(options: argparse.Namespace) -> None:
    """Set the language of an account, or have its browsers decide."""
    person = read_database(find_account, options.account)
    language = None if options.language == NO_LANGUAGE else Language(options.language)
    query_database(set_language, person.account, language)
    print(f"{shown_email(person.email)} is shown {language or 'what the browser asks for'}.")


def _set_disabled(name: str, *, disabled: bool) -> None:
    person = read_database(find_account, name)
    ended = query_database(write_disabled, person.account, int(time.time()), disabled=disabled)
    shown = shown_email(person.email)
    print(
        f"{shown} is disabled; {ended_text(ended)}." if disabled else f"{shown} can sign in again."
    )
    event = SecurityEvent.ACCOUNT_DISABLED if disabled else SecurityEvent.ACCOUNT_ENABLED
    note(event, person.account)


def _read_password() -> str:
    """Ask for a password, or read a line; Ctrl-D at the prompt is as Ctrl-C."""
    with prompt_interrupts():
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        try:
            return getpass.getpass()
        except EOFError:
            raise KeyboardInterrupt from None


def _require_strong(password: str, email: str) -> None:
    names = read_settings().settings.names
    if weakness := Passwords(make_hasher(), names=names).weakness(password, email):
        raise CommandError(weakness_text(weakness))


def _account_lines(page: AccountsPage) -> Iterator[str]:
    for one in page.accounts:
        state = "disabled" if one.disabled else role_of(staff=one.staff)
        email, name = isolated(shown_email(one.email)), isolated(one.name)
        yield f"{one.account}  {state:8}  {one.sessions:3} logins  {email}  {name}"
    if not page.accounts:
        yield "There are none."
    if page.next_page:
        yield f"There are more: --page {page.next_page}"


def _session_lines(found: Sequence[SignedIn], zone: tzinfo) -> Iterator[str]:
    for one in found:
        began, used = (
            f"{datetime.fromtimestamp(at_s, zone):%Y-%m-%d %H:%M}"
            for at_s in (one.began_at_s, one.used_at_s)
        )
        yield f"{one.id_hash[:SHOWN_OF_HASH]}  from {began}  used {used}  {isolated(one.agent)}"
    if not found:
        yield "There are none."
