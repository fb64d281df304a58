"""`shop backup`, `restore` and `restored`: copy the database, and put a copy back.

An SQLite file is copied and replaced here; for PostgreSQL, its own tools are named.
"""

import argparse
import secrets
import shlex
import time
from contextlib import closing
from datetime import UTC, tzinfo
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from app.cli.database import open_database
from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.runtime.config import Config
from app.store.backup import BadBackup, InUse, restore_backup, write_backup
from app.store.carts import replace_epochs
from app.store.engines import file_of, is_file, without_password
from app.store.mail_queue import hold_waiting_mails
from app.store.migrations import TooNew, migrate
from app.store.queries import run_query
from app.store.server_lock import AlreadyLocked, ServerLock, acquire_server_lock
from app.store.sessions import end_all_sessions


class Invalidated(NamedTuple):
    """How many carts got a new epoch after a restore, sessions ended, and mails are held back."""

    carts: int
    sessions: int
    mails: int

    def __str__(self) -> str:
        """Return it as a sentence."""
        text = f"{self.carts} carts have a new epoch, and {self.sessions} logins have ended."
        if not self.mails:
            return text
        return (
            f"{text} {self.mails} mails that waited may have been sent since: they are held back;"
            " see “shop mail list --state failed”."
        )


def add_backup_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `shop backup`."""
    parser.add_argument("file", type=Path)
    parser.set_defaults(run=run_backup)


def add_restore_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `shop restore`."""
    parser.description = (
        "Carts get a new epoch, so that open pages notice; everybody signs in again."
    )
    parser.add_argument("file", type=Path)
    parser.set_defaults(run=run_restore)


def add_restored_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `shop restored`, which has no arguments."""
    parser.description = "Does what “restore” does beside copying: new epochs, all logins ended."
    parser.set_defaults(run=run_restored)


def run_backup(options: argparse.Namespace) -> None:
    """Copy the database to a new file."""
    print(back_up(read_settings().database, options.file))


def run_restore(options: argparse.Namespace) -> None:
    """Replace the database by a backup, while no server runs."""
    config = read_settings()
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with closing(_lock_database(config)):
        print(restore(config.database, options.file, secrets.token_hex(4), stamp, config.zone))


def run_restored(_options: argparse.Namespace) -> None:
    """Invalidate what clients hold of the database before it was restored by other tools."""
    config = read_settings()
    with closing(_lock_database(config)):
        print(run_query(open_database(config), invalidate_clients, secrets.token_hex(4)))


def _lock_database(config: Config) -> ServerLock:
    try:
        return acquire_server_lock(config.database, shared=False)
    except AlreadyLocked:
        raise CommandError("a server has this database open. End all servers first.") from None


def back_up(url: str, to: Path) -> str:
    """Copy the database to the new file *to*; return a sentence with its size."""
    if not is_file(url):
        dump = ("pg_dump", "--format=custom", f"--file={to}", without_password(url))
        raise CommandError(f"this database has tools of its own for that. Run: {shlex.join(dump)}")
    if not file_of(url).exists():
        raise CommandError(f"there is no database {file_of(url)}.")
    try:
        size = write_backup(url, to)
    except FileExistsError:
        raise CommandError(f"there is a file {to} already, and it stays as it is.") from None
    except FileNotFoundError:
        raise CommandError(f"there is no folder {to.parent}.") from None
    except BadBackup as error:
        raise CommandError(f"{file_of(url)} was not copied: {error}.") from None
    return f"Wrote {size:,} bytes to {to}."


def restore(url: str, backup: Path, epoch: str, stamp: str, zone: tzinfo = UTC) -> str:
    """Replace the database by *backup*, with a new *epoch*; return a sentence about it.

    The old file is kept, with *stamp* in its name; *zone* is the shop's time zone.
    """
    if not is_file(url):
        raise CommandError(_how_to_restore(url, backup))
    if not backup.is_file():
        raise CommandError(f"there is no file {backup}.")
    database = file_of(url)
    kept = database.with_name(f"{database.name}.before-{stamp}")
    has_old = database.exists()
    invalidated: list[Invalidated] = []
    try:
        restore_backup(
            url, backup, lambda engine: invalidated.append(_prepare(engine, epoch, zone)), kept
        )
    except (BadBackup, TooNew) as error:
        why = f"{backup} is no backup of this shop: {error}"
        raise CommandError(f"nothing was changed, for {why}.") from None
    except InUse as error:
        raise CommandError(
            f"another process has {database} open ({error}). End it first."
        ) from None
    where = f" What was there is in {kept}." if has_old else ""
    return f"{database} is {backup} now. {invalidated[0]}{where}"


def _prepare(engine: Engine, epoch: str, zone: tzinfo) -> Invalidated:
    """Make a copy of a backup fit to be served."""
    migrate(engine, zone)
    return run_query(engine, invalidate_clients, epoch)


def invalidate_clients(connection: Connection, epoch: str) -> Invalidated:
    """Give all carts a new *epoch*, end all sessions and hold mails, in a restored database.

    A tab may have seen revisions that the backup does not have: under the old epoch it would take
    new revisions of the same number for those. A session that was ended after the backup was made
    would be valid again. A mail that waited then may have been sent since.
    """
    return Invalidated(
        replace_epochs(connection, epoch),
        end_all_sessions(connection),
        hold_waiting_mails(connection),
    )


def _how_to_restore(url: str, backup: Path) -> str:
    program = ("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction")
    command = shlex.join((*program, f"--dbname={without_password(url)}", str(backup)))
    return (
        "this database has tools of its own for that. End all servers, and run:"
        f" {command} && shop restored"
    )
