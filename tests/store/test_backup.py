"""Backups of an SQLite file, and their restoration."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.store.accounts import add_account, find_by_email
from app.store.backup import BadBackup, InUse, restore_backup, write_backup
from app.store.carts import load_cart
from app.store.engines import connect, file_of
from app.store.queries import run_query
from tests.databases import locked
from tests.examples import ADA, NOON
from tests.store.example_people import ADA_HERSELF, BOB_HIMSELF


@pytest.fixture
def copied(url: str, engine: Engine, tmp_path: Path) -> Path:
    """Return a backup that was written before Bob registered."""
    to = tmp_path / "copy.db"
    write_backup(url, to)
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)
    engine.dispose()
    return to


def at(path: Path) -> str:
    """Return the URL of a file."""
    return f"sqlite:///{path}"


def knows(path: Path) -> list[bool]:
    """Say for Ada and for Bob whether a file has their account."""
    engine = connect(at(path))
    people = (ADA_HERSELF, BOB_HIMSELF)
    found = [run_query(engine, find_by_email, person.email) is not None for person in people]
    engine.dispose()
    return found


def nothing(_engine: Engine) -> None:
    """Leave a copy as it is."""


def test_a_copy_has_all_committed_data_even_during_a_write(
    url: str, engine: Engine, tmp_path: Path
) -> None:
    other = connect(url)
    run_query(engine, add_account, BOB_HIMSELF, "0b0b", NOON)

    with locked(other):
        size = write_backup(url, tmp_path / "copy.db")
    other.dispose()

    assert knows(tmp_path / "copy.db") == [True, True]
    assert size == (tmp_path / "copy.db").stat().st_size
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_copy_does_not_overwrite_a_file(url: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("something else")

    with pytest.raises(FileExistsError):
        write_backup(url, tmp_path / "copy.db")

    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]
    assert (tmp_path / "copy.db").read_text() == "something else"


def test_a_restored_backup_is_the_database_and_the_former_file_is_kept(
    url: str, copied: Path, tmp_path: Path
) -> None:
    database, kept = file_of(url), tmp_path / "kept.db"
    database.chmod(0o640)

    restore_backup(url, copied, nothing, kept)

    assert (knows(database), knows(kept)) == ([True, False], [True, True])
    assert stat.S_IMODE(database.stat().st_mode) == 0o640


def test_a_backup_is_restored_where_there_is_no_database(copied: Path, tmp_path: Path) -> None:
    empty = tmp_path / "elsewhere" / "shop.db"

    restore_backup(at(empty), copied, nothing, tmp_path / "kept.db")

    assert knows(empty) == [True, False]
    assert not (tmp_path / "kept.db").exists()


def test_a_backup_is_prepared_before_it_replaces_the_database(
    url: str, copied: Path, tmp_path: Path
) -> None:
    def fail(engine: Engine) -> None:
        assert run_query(engine, load_cart, ADA) is not None
        raise RuntimeError

    with pytest.raises(RuntimeError):
        restore_backup(url, copied, fail, tmp_path / "kept.db")

    assert knows(file_of(url)) == [True, True]
    assert not (tmp_path / "kept.db").exists()
    assert [path for path in file_of(url).parent.iterdir() if path.name.startswith(".")] == []


def damage(path: Path) -> None:
    """Overwrite all pages but the first."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def replace_it(path: Path) -> None:
    """Replace its content with text."""
    path.write_text("x" * 9000)


def empty_it(path: Path) -> None:
    """Truncate it, which is a valid empty database."""
    path.write_text("")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(damage, "damaged|cannot be read"), (replace_it, "not a database"), (empty_it, "no shop")],
    ids=["damaged", "another file", "an empty file"],
)
def test_an_invalid_backup_changes_nothing(
    url: str, copied: Path, tmp_path: Path, spoil: Callable[[Path], object], why: str
) -> None:
    spoil(copied)

    with pytest.raises(BadBackup, match=why):
        restore_backup(url, copied, nothing, tmp_path / "kept.db")

    assert knows(file_of(url)) == [True, True]


def test_a_database_in_use_is_not_replaced(url: str, copied: Path, tmp_path: Path) -> None:
    other = connect(url)

    with other.connect(), pytest.raises(InUse):
        restore_backup(url, copied, nothing, tmp_path / "kept.db")
    other.dispose()

    assert knows(file_of(url)) == [True, True]
    assert not (tmp_path / "kept.db").exists()


def test_a_damaged_database_is_kept_as_it_is(url: str, copied: Path, tmp_path: Path) -> None:
    database, kept = file_of(url), tmp_path / "kept.db"
    database.write_bytes(b"x" * 9000)

    restore_backup(url, copied, nothing, kept)

    assert knows(database) == [True, False]
    assert kept.read_bytes() == b"x" * 9000
