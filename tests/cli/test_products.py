"""`shop product export` and `import` while another program holds the database's write lock."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.store.engines import open_file
from tests.cli.conftest import RunCommand
from tests.examples import APPLES, MILK


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the write lock of the database in *folder*."""
    with closing(open_file(folder / "shop.db", "rw")) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_what_only_reads_does_not_wait_for_another_program_that_writes(
    tmp_path: Path, run_command: RunCommand
) -> None:
    run_command("seed")

    with locked(tmp_path):
        exported = run_command("product", "export", str(tmp_path / "products.csv"))
        listed = run_command("order", "list")

    assert exported.out.startswith("Wrote ")
    assert listed.out == "There are none.\n"


def test_an_import_that_cannot_be_written_says_what_is_not_in(
    tmp_path: Path, run_command: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.product_files.TRIES", 1)
    run_command("seed")
    file = tmp_path / "few.csv"
    file.write_text(f"sku,name\n{APPLES},Apples\n{MILK},Milk\n")

    with locked(tmp_path):
        stopped = run_command("product", "import", str(file))
    again = run_command("product", "import", str(file))

    assert stopped.code == 2
    assert stopped.err == (
        "shop: the import stopped, because the database is away. 0 added, 0 changed, 0 as they"
        f" were. 2 products are not in: those from line 2 of {file} on. Of the first 2 of these"
        " that is not known. Import the same file again: what is in stays as it is.\n"
    )
    assert again.out == "0 added, 2 changed, 0 as they were.\n"
