"""Accounts of a test: made once, kept in a file, used again."""

import stat
from pathlib import Path

import pytest

from app.load.account_setup import Kept, keep_accounts, read_accounts
from app.load.plan import BadPlan

ADA = Kept("ada@load.example", "a long enough one", "u-1", "shop=secret")


def test_kept_accounts_come_back_and_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    keep_accounts(path, [ADA])

    assert read_accounts(path) == [ADA]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_accounts(tmp_path / "nothing") == []


@pytest.mark.parametrize("text", ["", "{}", '[{"email": 5}]', "\xff"])
def test_a_file_of_something_else_is_said_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(text, encoding="latin-1")

    with pytest.raises(BadPlan, match="holds no accounts"):
        read_accounts(path)
