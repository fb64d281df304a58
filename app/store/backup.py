"""Backups of an SQLite file: made while a server runs, restored while none does."""

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
"""Suffixes of the files that SQLite keeps beside an open database."""


class BadBackup(Exception):
    """A file cannot be restored; the text is a clause with the reason."""


class InUse(Exception):
    """Another process has the database open."""


def write_backup(url: str, to: Path) -> int:
    """Write the database as it is at one moment to a new file, and return its size in bytes.

    Only its owner may read it. It appears once it is complete and on the disk. Raises
    FileExistsError, BadBackup if the database is damaged, and DatabaseUnavailable.
    """
    with _new_file_beside(to) as part:
        _copy(file_of(url), part)
        _check(part)
        _fsync(part)
        os.link(part, to)
        _fsync(to.parent)
        return to.stat().st_size


def restore_backup(
    url: str, backup: Path, make_ready: Callable[[Engine], object], kept: Path
) -> None:
    """Replace the database by a copy of *backup*; a database that exists is kept as *kept*.

    The copy is checked and changed by *make_ready* first; then it replaces the database in one
    step. Raises BadBackup or InUse; the database is as it was then.
    """
    database = file_of(url)
    database.parent.mkdir(parents=True, exist_ok=True)
    with _new_file_beside(database) as part:
        _check(backup)
        _copy(backup, part)
        engine = connect(f"sqlite:///{part}")
        make_ready(engine)
        engine.dispose()
        _fsync(part)
        if database.exists():
            _own_like(database, part)
            _put_away(database, kept)
        part.replace(database)
        _fsync(database.parent)


def _copy(path: Path, part: Path) -> None:
    """Write a snapshot of an SQLite file to an empty file, while others may write to it."""
    try:
        with closing(open_file(path, "ro")) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
    except FileTrouble as fault:
        raise DatabaseUnavailable(str(fault)) from fault
    except FileFault as fault:
        raise BadBackup(f"it cannot be read: {fault}") from fault


def _check(path: Path) -> None:
    """Raise BadBackup unless all of a file can be read and it has the shop's tables."""
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
    """Give a restored file the owner and mode of the database, so that the server can use it."""
    known = database.stat()
    os.chown(part, known.st_uid, known.st_gid)
    part.chmod(known.st_mode & 0o777)


def _put_away(database: Path, kept: Path) -> None:
    """Give the database a second name, and its write-ahead log with it.

    Leaving WAL mode writes the log into the file. It fails if another process has the file open,
    which would otherwise go on to use the log of the old file for the new one. A damaged database
    is kept as it is.
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
    """Make a temporary file in the same folder, readable by its owner only."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for end in ("", *BESIDE):
            Path(f"{name}{end}").unlink(missing_ok=True)


def _fsync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
