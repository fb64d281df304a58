"""The commands for backups: how they are asked for, and what they answer."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, make_url

from app.cli.orders import CommandError
from app.store.backup import BadBackup, InUse, copy_out, put_in
from app.store.carts import renew_epochs
from app.store.database import run_query
from app.store.engines import file_of, is_file
from app.store.migrations import TooNew, migrate
from app.store.sessions import end_all_sessions

Run = Callable[..., None]
Commands = Any
"""What argparse returns for a parser's commands; it has no name in public."""


class Begun(NamedTuple):
    """What begins anew after a restore: so many carts, and so many logins that are over."""

    carts: int
    logins: int

    def __str__(self) -> str:
        """Return it as a sentence."""
        return f"{self.carts} carts have a new epoch, and {self.logins} logins have ended."


def add_backup_commands(commands: Commands, runs: tuple[Run, Run, Run]) -> None:
    """Let the database be copied to a file, and be put back."""
    to_back_up, to_restore, to_begin_anew = runs
    backing_up = commands.add_parser(
        "backup", help="copy the database to a new file, also while the shop is open"
    )
    backing_up.add_argument("file", type=Path)
    backing_up.set_defaults(run=to_back_up)

    restoring = commands.add_parser(
        "restore",
        help="put a backup in the place of the database, which is kept beside it",
        description="Carts get a new epoch, so that open pages notice; everybody signs in again.",
    )
    restoring.add_argument("file", type=Path)
    restoring.set_defaults(run=to_restore)

    beginning = commands.add_parser(
        "restored",
        help="say that the database was restored by other means, as PostgreSQL's are",
        description="Does what “restore” does beside copying: new epochs, all logins ended.",
    )
    beginning.set_defaults(run=to_begin_anew)


def back_up(url: str, to: Path) -> str:
    """Copy the database to the new file *to*; say how large it is."""
    if not is_file(url):
        dump = ("pg_dump", "--format=custom", f"--file={to}", _for_postgresql(url))
        raise CommandError(f"this database has tools of its own for that. Run: {shlex.join(dump)}")
    if not file_of(url).exists():
        raise CommandError(f"there is no database {file_of(url)}.")
    try:
        size = copy_out(url, to)
    except FileExistsError:
        raise CommandError(f"there is a file {to} already, and it stays as it is.") from None
    except FileNotFoundError:
        raise CommandError(f"there is no folder {to.parent}.") from None
    except BadBackup as fault:
        raise CommandError(f"{file_of(url)} was not copied: {fault}.") from None
    return f"Wrote {size:,} bytes to {to}."


def restore(url: str, backup: Path, epoch: str, stamp: str) -> str:
    """Put *backup* in the place of the database; *stamp* is in the name that the old one gets."""
    if not is_file(url):
        raise CommandError(_how_to_restore(url, backup))
    if not backup.is_file():
        raise CommandError(f"there is no file {backup}.")
    database = file_of(url)
    kept = database.with_name(f"{database.name}.before-{stamp}")
    begun: list[Begun] = []
    there_was = database.exists()
    try:
        put_in(url, backup, lambda engine: begun.append(begin_anew(engine, epoch)), kept)
    except (BadBackup, TooNew) as fault:
        why = f"{backup} is no backup of this shop: {fault}"
        raise CommandError(f"nothing was changed, for {why}.") from None
    except InUse as fault:
        raise CommandError(
            f"another process has {database} open ({fault}). End it first."
        ) from None
    told = f" What was there is in {kept}." if there_was else ""
    return f"{database} is {backup} now. {begun[0]}{told}"


def begin_anew(engine: Engine, epoch: str) -> Begun:
    """Give all carts a new *epoch*, and end all logins, in a database that was restored.

    A tab that knows more than the backup would otherwise take its own revision for the same; and
    a login that was ended after the backup was made would be one again.
    """
    migrate(engine)
    return run_query(engine, _begin_anew, epoch)


def _begin_anew(connection: Connection, epoch: str) -> Begun:
    return Begun(renew_epochs(connection, epoch), end_all_sessions(connection))


def _how_to_restore(url: str, backup: Path) -> str:
    words = ("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction")
    command = shlex.join((*words, f"--dbname={_for_postgresql(url)}", str(backup)))
    return (
        "this database has tools of its own for that. End all servers, and run:"
        f" {command} && shop restored"
    )


def _for_postgresql(url: str) -> str:
    """Return *url* as PostgreSQL's own programs read it; they ask for the password themselves."""
    ours = make_url(url)._replace(drivername="postgresql", password=None)
    return ours.render_as_string()
