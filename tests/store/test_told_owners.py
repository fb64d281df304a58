"""Whoever's account changes is told by mail, in the transaction of the change (ASVS 5.0, 6.3.7)."""

import ast
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, Engine, delete, select, update

from app.domain.mails import MailKind
from app.store.account_changes import (
    replace_password,
    write_disabled,
    write_no_passkeys,
    write_password,
    write_staff,
)
from app.store.accounts import EmailTaken, Person, add_account, find_person
from app.store.email_addresses import write_address
from app.store.passkeys import add_passkey, remove_passkey
from app.store.queries import run_query
from app.store.recovery_codes import replace_codes, use_code
from app.store.sessions import load_sessions
from app.store.tables import accounts, mails
from tests.examples import ADA, EMPTY, NOON
from tests.store.example_people import ADA_HERSELF, BOB_HIMSELF
from tests.store.test_passkeys import KEY, LIFETIME, PHONE
from tests.store.test_sessions import sign_in

STORE: Final = Path(__file__).parents[2] / "app/store"
NEW: Final = "ada@elsewhere.example"
WRITES: Final = {"insert", "update", "delete"}
GUARDED: Final = {"accounts", "passkeys", "recovery_codes"}
"""The tables of what people sign in with."""
TELLING: Final = {"tell_owner", "write_mail"}
SILENT: Final = {
    "accounts.py: add_account": "it is new",
    "accounts.py: set_name": "nobody signs in with it",
    "accounts.py: set_language": "nobody signs in with it",
    "accounts.py: improve_hash": "the password stays",
    "account_removal.py: _erase": "`write_deletion` tells; others never confirmed an address",
    "account_removal.py: _remove": "nobody is left who could be told",
    "email_addresses.py: write_claim": "the address that goes was never confirmed",
    "email_addresses.py: _set_email": "`_replace_email` tells; what is confirmed is no change",
    "passkeys.py: rename_passkey": "nobody signs in with its name",
    "passkeys.py: use_passkey": "it is its owner's",
    "passkeys.py: _forget_substitutes": "its callers tell what happened",
}
"""Writers of these tables that tell nobody, and why."""

Change = Callable[[Connection], object]

CHANGES: Final[Sequence[tuple[Change, MailKind]]] = (
    (lambda on: replace_password(on, ADA, "new", NOON), MailKind.CREDENTIAL_CHANGED),
    (lambda on: write_password(on, ADA, "newer", NOON), MailKind.CREDENTIAL_SET),
    (lambda on: add_passkey(on, PHONE), MailKind.PASSKEY_ADDED),
    (lambda on: add_passkey(on, KEY), MailKind.PASSKEY_ADDED),
    (lambda on: remove_passkey(on, ADA, KEY.id, NOON), MailKind.PASSKEY_REMOVED),
    (lambda on: replace_codes(on, ADA, ["0", "1"], NOON), MailKind.RECOVERY_RENEWED),
    (lambda on: use_code(on, ADA, 1, "1", NOON), MailKind.RECOVERY_USED),
    (lambda on: write_no_passkeys(on, ADA, NOON), MailKind.PASSKEYS_RESET),
    (lambda on: write_staff(on, ADA, NOON, staff=True), MailKind.ROLE_CHANGED),
    (lambda on: write_disabled(on, ADA, NOON, disabled=True), MailKind.ACCOUNT_DISABLED),
    (lambda on: write_disabled(on, ADA, NOON, disabled=False), MailKind.ACCOUNT_ENABLED),
)
IDEMPOTENT: Final = {MailKind.PASSKEYS_RESET, MailKind.ROLE_CHANGED, MailKind.ACCOUNT_DISABLED}
"""Changes that can be made again, which then changes nothing."""


def told(engine: Engine) -> list[tuple[str, str]]:
    """Return the kind and the recipient of each mail, and delete them all."""
    with engine.begin() as connection:
        query = select(mails.c.kind, mails.c.recipient).order_by(mails.c.recipient)
        found = [(row.kind, row.recipient) for row in connection.execute(query)]
        connection.execute(delete(mails))
    return found


@pytest.mark.on_both
def test_every_change_of_what_somebody_signs_in_with_is_told(engine: Engine) -> None:
    for change, kind in CHANGES:
        run_query(engine, change)
        assert told(engine) == [(kind, ADA_HERSELF.email)]
        if kind in IDEMPOTENT:
            run_query(engine, change)
            assert told(engine) == [], kind


def test_nobody_is_told_at_an_address_that_was_not_confirmed(engine: Engine) -> None:
    with engine.begin() as connection:
        claimed = {"email": ADA, "claimed_email": ADA_HERSELF.email}
        connection.execute(update(accounts).values(claimed))

    for change, _ in CHANGES:
        run_query(engine, change)
    assert told(engine) == []


def test_an_address_that_is_set_is_told_to_both_and_ends_all_logins(engine: Engine) -> None:
    run_query(engine, add_account, BOB_HIMSELF, EMPTY.epoch, NOON)
    sign_in(engine)
    with pytest.raises(EmailTaken):
        run_query(engine, write_address, ADA_HERSELF, BOB_HIMSELF.email, NOON)

    assert len(run_query(engine, write_address, ADA_HERSELF, NEW, NOON)) == 1

    assert run_query(engine, load_sessions, ADA, LIFETIME, NOON) == []
    assert told(engine) == [(MailKind.ADDRESS_SET, one) for one in (NEW, ADA_HERSELF.email)]
    changed: Person | None = run_query(engine, find_person, ADA)
    assert changed
    assert (changed.email, changed.is_confirmed) == (NEW, True)


def test_a_writer_of_what_people_sign_in_with_tells_them_itself() -> None:
    silent = {
        f"{path.name}: {function.name}"
        for path in STORE.glob("*.py")
        for function in _functions(path)
        if _writes(function) and not TELLING & {*_called(function)}
    }

    assert silent == SILENT.keys()


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)
    )


def _writes(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in WRITES
        and any(isinstance(one, ast.Name) and one.id in GUARDED for one in node.args)
        for node in ast.walk(function)
    )


def _called(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
