"""`shop account`: what it prints, changes and logs."""

import json
from pathlib import Path

import pytest

from app.domain.accounts import AccountId
from app.domain.passkeys import Passkey
from app.domain.sessions import Lifetime, Session, SessionHash
from app.services.passwords import make_hasher
from app.store.accounts import Person, add_account, find_person
from app.store.engines import connect
from app.store.migrations import migrate
from app.store.passkeys import add_passkey, passkey_id
from app.store.queries import run_query
from app.store.recovery_codes import count_codes, replace_codes
from app.store.sessions import add_session, load_sessions
from tests.cli.conftest import RunCommand

ADA = AccountId("u-ada")
BOB = AccountId("u-bob")
EMAIL = "ada@shop.example"
HASHES = ("a" * 64, "b" * 64)
A_DAY_S = 24 * 3600
LIFETIME = Lifetime(A_DAY_S, A_DAY_S)
NOW_S = 4_000_000_000
"""Later than any run of these tests, so that no login has expired."""


def a_login(id_hash: SessionHash) -> Session:
    """Return a login of Ada's that was used just now."""
    return Session(id_hash, ADA, "Ada", staff=False, used_at_s=NOW_S, ends_at_s=NOW_S + A_DAY_S)


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> str:
    """Make a database with Ada, who is signed in twice."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    engine = connect(url)
    migrate(engine)
    run_query(engine, add_account, Person(ADA, EMAIL, "Ada", "a hash"), "e0", NOW_S)
    for id_hash in HASHES:
        login = a_login(SessionHash(id_hash))
        run_query(engine, add_session, login, "Browser/1", LIFETIME, NOW_S)
    engine.dispose()
    return url


def ada(url: str) -> Person:
    """Return Ada as she is in the database."""
    engine = connect(url)
    person = run_query(engine, find_person, ADA)
    engine.dispose()
    assert person
    return person


def logins(url: str) -> list[str]:
    """Return the hashes of Ada's logins."""
    engine = connect(url)
    found = run_query(engine, load_sessions, ADA, LIFETIME, NOW_S)
    engine.dispose()
    return sorted(one.id_hash for one in found)


def logged(err: str) -> list[tuple[str, object]]:
    """Return the events of the security log, which names only the account, and their `whose`."""
    assert EMAIL not in err
    lines = [json.loads(line) for line in err.splitlines()]
    assert {(line["from"], line["outcome"]) for line in lines} <= {("app.security", "done")}
    return [(line["event"], line["whose"]) for line in lines]


def test_accounts_are_listed_and_found(run_command: RunCommand) -> None:
    found = run_command("account", "list", "--find", "ADA@")
    missed = run_command("account", "list", "--find", "bob")

    assert found.out.split()[:4] == [ADA, "shopper", "2", "logins"]
    assert (found.code, missed.out) == (0, "There are none.\n")


def test_sessions_are_listed(run_command: RunCommand) -> None:
    done = run_command("account", "sessions", EMAIL)

    assert sorted(line.split()[0] for line in done.out.splitlines()) == ["a" * 16, "b" * 16]


def test_what_a_browser_calls_itself_does_not_command_the_terminal(
    run_command: RunCommand, database: str
) -> None:
    engine = connect(database)
    login = a_login(SessionHash("c" * 64))
    run_query(engine, add_session, login, "\x1b]0;x\x07\x9b2J", LIFETIME, NOW_S)
    engine.dispose()

    done = run_command("account", "sessions", EMAIL)

    assert not {*"\x1b\x07\x9b"} & {*done.out}


def test_all_logins_are_ended(run_command: RunCommand, database: str) -> None:
    done = run_command("account", "end", ADA)

    assert done.out == f"Ended 2 logins of {EMAIL}.\n"
    assert logins(database) == []
    assert logged(done.err) == [("sessions_ended", ADA)]


def test_one_login_is_ended(run_command: RunCommand, database: str) -> None:
    assert run_command("account", "end", EMAIL, "a" * 16).out == f"Ended 1 login of {EMAIL}.\n"
    assert logins(database) == [HASHES[1]]


def test_a_login_that_there_is_not_is_an_error(run_command: RunCommand, database: str) -> None:
    done = run_command("account", "end", EMAIL, "c")

    assert (done.code, done.err.count("\n"), logins(database)) == (2, 1, list(HASHES))


def test_disabling_ends_the_logins_and_enabling_is_its_opposite(
    run_command: RunCommand, database: str
) -> None:
    disabled = run_command("account", "disable", EMAIL)
    assert disabled.out == f"{EMAIL} is disabled; 2 logins have ended.\n"
    assert (ada(database).disabled, logins(database)) == (True, [])

    enabled = run_command("account", "enable", EMAIL)
    assert (enabled.out, ada(database).disabled) == (f"{EMAIL} can sign in again.\n", False)
    assert logged(disabled.err + enabled.err) == [
        ("account_disabled", ADA),
        ("account_enabled", ADA),
    ]


def test_a_password_is_set_and_ends_the_logins(
    run_command: RunCommand, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed = tmp_path / "typed"
    typed.write_text("nine purple bricks\n")
    with typed.open() as standard_input:
        monkeypatch.setattr("sys.stdin", standard_input)
        done = run_command("account", "password", EMAIL)

    assert (done.code, logins(database)) == (0, [])
    assert make_hasher().verify(ada(database).password_hash, "nine purple bricks")
    assert "purple" not in done.err
    assert logged(done.err) == [("password_change", ADA)]


def test_an_address_is_changed_for_somebody_who_lost_the_mailbox(
    run_command: RunCommand, database: str
) -> None:
    new = "ada@elsewhere.example"
    for wrong in ("nobody", EMAIL.upper()):
        refused = run_command("account", "email", EMAIL, wrong)
        assert (refused.code, refused.err.count("\n"), len(logins(database))) == (2, 1, 2)

    done = run_command("account", "email", EMAIL, new)

    assert done.out == f"The address of {EMAIL} is {new} now; 2 logins have ended.\n"
    assert (ada(database).email, logins(database)) == (new, [])
    assert logged(done.err) == [("email_change", ADA)]
    engine = connect(database)
    run_query(engine, add_account, Person(BOB, EMAIL, "Bob", "a hash"), "e0", NOW_S)
    engine.dispose()
    assert "another account" in run_command("account", "email", new, EMAIL).err


def test_a_role_is_given_and_taken(run_command: RunCommand, database: str) -> None:
    given = run_command("account", "role", EMAIL, "staff")
    assert (ada(database).staff, logins(database)) == (True, [])

    taken = run_command("account", "role", EMAIL, "shopper")
    assert not ada(database).staff
    assert logged(given.err + taken.err) == [("role_change", ADA)] * 2


def test_a_language_is_chosen_and_left_to_the_browser(
    run_command: RunCommand, database: str
) -> None:
    chosen = run_command("account", "language", EMAIL, "zh-Hant")
    assert (chosen.out, ada(database).language) == (f"{EMAIL} is shown zh-Hant.\n", "zh-Hant")

    run_command("account", "language", EMAIL, "browser")
    assert ada(database).language is None


def test_an_account_that_there_is_not_is_an_error(run_command: RunCommand) -> None:
    for command in ("sessions", "end", "disable", "enable"):
        done = run_command("account", command, "bob@shop.example")
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_passkeys_are_listed_and_reset_for_somebody_who_lost_all(
    run_command: RunCommand, database: str
) -> None:
    assert run_command("account", "passkeys", EMAIL).out == "There are none.\n"
    engine = connect(database)
    for name in ("Phone", "Key"):
        credential = name.encode()
        passkey = Passkey(
            id=passkey_id(credential),
            account=ADA,
            credential=credential,
            public_key=b"key",
            sign_count=0,
            name=name,
            transports=("usb",),
            is_backed_up=False,
            created_at_s=NOW_S,
        )
        run_query(engine, add_passkey, passkey)
    run_query(engine, replace_codes, ADA, ["a hash"], NOW_S)

    listed = run_command("account", "passkeys", EMAIL).out
    assert listed.count("used never") == 2
    done = run_command("account", "passkeys", EMAIL, "--reset")

    assert done.out == f"{EMAIL}: 2 passkeys are removed; 2 logins have ended.\n"
    assert logged(done.err) == [("passkey_change", ADA)]
    assert run_command("account", "passkeys", EMAIL).out == "There are none.\n"
    assert logins(database) == []
    assert run_query(engine, count_codes, ADA) == 0
    engine.dispose()


def test_an_account_is_deleted_unless_it_is_one_of_staff(
    run_command: RunCommand, database: str
) -> None:
    run_command("account", "role", EMAIL, "staff")
    refused = run_command("account", "delete", EMAIL)
    run_command("account", "role", EMAIL, "shopper")

    done = run_command("account", "delete", EMAIL)

    assert "one of staff" in refused.err
    assert done.out.startswith(f"{EMAIL} is deleted;")
    assert logged(done.err) == [("account_deleted", ADA)]
    assert logins(database) == []
    assert EMAIL not in run_command("account", "list").out
    assert "there is no account" in run_command("account", "sessions", EMAIL).err
