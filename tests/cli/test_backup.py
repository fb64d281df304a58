"""The output and errors of `shop backup` and `shop restore`."""

import sqlite3
from pathlib import Path

import pytest

from app.cli.backup import back_up, restore
from app.cli.errors import CommandError
from app.store.catalog import load_categories
from app.store.database import run_query
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.seed import seed

STAMP = "20261128T080000Z"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a seeded database."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    engine = connect(url)
    migrate(engine)
    run_query(engine, seed)
    engine.dispose()
    return url


def test_backup_and_restore_print_one_sentence_each(url: str, tmp_path: Path) -> None:
    assert back_up(url, tmp_path / "copy").startswith("Wrote ")

    sentence = restore(url, tmp_path / "copy", "beef", STAMP)

    assert sentence == (
        f"{tmp_path}/shop.db is {tmp_path}/copy now."
        " 0 carts have a new epoch, and 0 logins have ended."
        f" What was there is in {tmp_path}/shop.db.before-{STAMP}."
    )


def test_a_missing_database_folder_or_file_is_an_error(url: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"there is no database .*/elsewhere.db"):
        back_up(f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path / "copy")
    with pytest.raises(CommandError, match="there is no folder"):
        back_up(url, tmp_path / "nowhere" / "copy")
    with pytest.raises(CommandError, match="there is no file"):
        restore(url, tmp_path / "copy", "beef", STAMP)


def test_backup_overwrites_no_file(url: str, tmp_path: Path) -> None:
    (tmp_path / "copy").touch()

    with pytest.raises(CommandError, match="already, and it stays as it is"):
        back_up(url, tmp_path / "copy")


def test_a_backup_of_a_newer_shop_is_refused(url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    back_up(url, copy)
    connection = sqlite3.connect(copy)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("DELETE FROM products")
        connection.execute("DELETE FROM categories")
    connection.close()

    with pytest.raises(
        CommandError, match=r"nothing was changed, for .*/copy is no .*: a newer .*9999"
    ):
        restore(url, copy, "beef", STAMP)

    engine = connect(url)
    assert run_query(engine, load_categories)
    engine.dispose()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "shop.db"]


def test_a_damaged_database_is_not_backed_up(url: str, tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(b"x" * 9000)

    with pytest.raises(CommandError, match="was not copied: it cannot be read"):
        back_up(url, tmp_path / "copy")


def test_the_suggested_postgresql_command_contains_no_password() -> None:
    url = "postgresql+psycopg://me:hush@db.example:5433/shop"

    with pytest.raises(CommandError) as backing_up:
        back_up(url, Path("a file"))
    with pytest.raises(CommandError) as restoring:
        restore(url, Path("a file"), "beef", STAMP)

    assert str(backing_up.value).endswith("'--file=a file' postgresql://me@db.example:5433/shop")
    assert str(restoring.value).endswith(
        " --dbname=postgresql://me@db.example:5433/shop 'a file' && shop restored"
    )
