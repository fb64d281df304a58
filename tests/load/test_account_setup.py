"""Storing the accounts of a test in a file."""

import stat
from pathlib import Path

import pytest

from app.load.account_setup import StoredAccount, load_accounts, save_accounts
from app.load.plan import BadPlan

ADA = StoredAccount("ada@load.example", "a long enough one", "u-1", "shop=secret")


def test_saved_accounts_are_loaded_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    save_accounts(path, [ADA])

    assert load_accounts(path) == [ADA]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_missing_file_loads_as_no_accounts(tmp_path: Path) -> None:
    assert load_accounts(tmp_path / "nothing") == []


@pytest.mark.parametrize("text", ["", "{}", '[{"email": 5}]', "\xff"])
def test_a_file_without_a_list_of_accounts_is_rejected(text: str, tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(text, encoding="latin-1")

    with pytest.raises(BadPlan, match="holds no accounts"):
        load_accounts(path)
