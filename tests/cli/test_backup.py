"""The output and errors of `shop backup` and `shop restore`."""

import sqlite3
from pathlib import Path

import pytest

from app.cli.backup import back_up, restore
from app.cli.errors import CommandError
from app.domain.mails import Mail, MailKind
from app.store.catalog import load_categories
from app.store.engines import connect
from app.store.mail_queue import load_waiting
from app.store.mails import write_mail
from app.store.migrations import migrate
from app.store.queries import run_query
from app.store.seed import seed
from tests.examples import NOON

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


def test_mails_that_waited_in_a_backup_are_held_back_and_counted(url: str, tmp_path: Path) -> None:
    engine = connect(url)
    mail = Mail(MailKind.ACCOUNT_DELETED, "ada@shop.example", None, None)
    run_query(engine, write_mail, mail, NOON)
    engine.dispose()
    back_up(url, tmp_path / "copy")

    sentence = restore(url, tmp_path / "copy", "beef", STAMP)

    assert "1 mails that waited may have been sent since: they are held back" in sentence
    engine = connect(url)
    assert run_query(engine, load_waiting).mails == 0
    engine.dispose()


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
    url = "postgresql+psycopg://me:hush@db1.example,db2.example:5433/shop?password=hush&port=1"

    with pytest.raises(CommandError) as backing_up:
        back_up(url, Path("a file"))
    with pytest.raises(CommandError) as restoring:
        restore(url, Path("a file"), "beef", STAMP)

    shown = "postgresql://me@db1.example,db2.example:5433/shop?port=1"
    assert str(backing_up.value).endswith(f"'--file=a file' '{shown}'")
    assert str(restoring.value).endswith(f" '--dbname={shown}' 'a file' && shop restored")
