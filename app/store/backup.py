"""Copies of an SQLite file: made while a server runs, put back while none does."""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine

from app.domain.errors import DatabaseUnavailable
from app.store.engines import FileFault, FileTrouble, connect, file_of, open_file

log = logging.getLogger(__name__)

BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file that is open, by the ends of their names."""


class BadBackup(Exception):
    """A file cannot be put in the place of the database; the text is a clause that says why."""


class InUse(Exception):
    """Another process has the database open."""


def copy_out(url: str, to: Path) -> int:
    """Write the database as it is at one moment to a new file, and return its size in bytes.

    Only its owner may read it. It is there once it is whole and on the disk, and it is no place
    of another one: `FileExistsError`.
    """
    with _new_file_beside(to) as part:
        _copy(file_of(url), part)
        _check(part)
        _settle(part)
        os.link(part, to)
        _settle(to.parent)
        return to.stat().st_size


def put_in(url: str, backup: Path, make_ready: Callable[[Engine], object], kept: Path) -> None:
    """Put a copy of *backup* in the place of the database, which goes to *kept* if there is one.

    The copy is checked, and *make_ready* has changed it, before anything else happens; then one
    takes the place of the other at once. `BadBackup`, or `InUse`, and all is as it was.
    """
    database = file_of(url)
    database.parent.mkdir(parents=True, exist_ok=True)
    with _new_file_beside(database) as part:
        _check(backup)
        _copy(backup, part)
        engine = connect(f"sqlite:///{part}")
        make_ready(engine)
        engine.dispose()
        _settle(part)
        if database.exists():
            _own_like(database, part)
            _put_away(database, kept)
        part.replace(database)
        _settle(database.parent)


def _copy(path: Path, part: Path) -> None:
    """Write what is in a file at one moment to an empty one; writers are not in its way."""
    try:
        with closing(open_file(path, "ro")) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
    except FileTrouble as fault:
        raise DatabaseUnavailable(str(fault)) from fault
    except FileFault as fault:
        raise BadBackup(f"it cannot be read: {fault}") from fault


def _check(path: Path) -> None:
    """See that all of a file can be read, and that it holds a shop; or raise `BadBackup`."""
    try:
        with closing(open_file(path, "ro")) as connection:
            ((found, *_),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            names = "SELECT count(*) FROM sqlite_master WHERE name IN ('carts', 'alembic_version')"
            ((tables,),) = connection.execute(names).fetchall()
    except FileFault as fault:
        raise BadBackup(f"it cannot be read: {fault}") from fault
    if found != "ok":
        raise BadBackup(f"it is damaged: {found}")
    if tables != 2:  # noqa: PLR2004 - both of them
        raise BadBackup("it holds no shop")


def _own_like(database: Path, part: Path) -> None:
    """Let the server read and write what another user has restored."""
    known = database.stat()
    os.chown(part, known.st_uid, known.st_gid)
    part.chmod(known.st_mode & 0o777)


def _put_away(database: Path, kept: Path) -> None:
    """Give the database a second name, with all that belongs to it inside.

    Leaving WAL mode brings that in, and shows whether somebody else has the file open: whose
    name for the log would otherwise be that of the new one. What is damaged is kept as it is.
    """
    try:
        with closing(open_file(database, "rw")) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except FileTrouble as fault:
        raise InUse(str(fault)) from fault
    except FileFault as fault:
        log.warning("%s is damaged, and is kept as it is: %s", database, fault)
    os.link(database, kept)
    for end in BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{database}{end}").rename(f"{kept}{end}")


@contextmanager
def _new_file_beside(path: Path) -> Iterator[Path]:
    """Make an empty file in the same folder for its owner alone; afterwards it is gone."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for end in ("", *BESIDE):
            Path(f"{name}{end}").unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
