"""`shop run --demo`: a database of its own, with two accounts and generated passwords."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select

from app.cli.errors import CommandError
from app.domain.accounts import AccountId
from app.runtime.config import ON, Config
from app.store.accounts import Person, add_account, find_by_email
from app.store.engines import file_of
from app.store.tables import accounts

DATABASE = "sqlite:///var/demo.db"
SHOPPER = "shopper@demo.example"
STAFF = "staff@demo.example"


@dataclass(frozen=True, slots=True)
class Demo:
    """What is kept in a file beside a demo's database, readable by its owner only."""

    secret: str
    shopper_password: str
    staff_password: str


def as_demo(config: Config, given: frozenset[str]) -> tuple[Config, Demo]:
    """Return *config* with the defaults of a demo, and the demo's secrets, generated on first use.

    Settings whose names are in *given* stay as they are.
    """
    if "database" not in given:
        config = replace(config, database=DATABASE)
    if "demo" not in given:
        config = replace(config, demo=ON)
    if "log" not in given:
        config = replace(config, log="warning")
    file = _secrets_file(config)
    demo = _load(file) or _generate(file)
    return (config if config.secret else replace(config, secret=demo.secret)), demo


def add_demo_accounts(
    connection: Connection, demo: Demo, hash_password: Callable[[str], str], now_s: int
) -> None:
    """Add the shopper and the member of staff, unless they exist.

    Raises `CommandError` if there are other accounts: then the database is no demo's.
    """
    if find_by_email(connection, SHOPPER):
        return
    if connection.execute(select(func.count()).select_from(accounts)).scalar():
        raise CommandError(
            "this database has accounts and is no demo's. Use “shop run” without --demo."
        )
    people = (
        (SHOPPER, "Demo shopper", demo.shopper_password, False),
        (STAFF, "Demo staff", demo.staff_password, True),
    )
    for email, name, password, staff in people:
        account = AccountId(f"u-{secrets.token_hex(16)}")
        person = Person(account, email, name, hash_password(password), staff)
        add_account(connection, person, secrets.token_hex(4), now_s)


def _secrets_file(config: Config) -> Path:
    if config.is_shareable:
        return Path(f"var{urlsplit(config.database).path}.demo.json")
    return Path(f"{file_of(config.database)}.demo.json")


def _load(file: Path) -> Demo | None:
    try:
        return Demo(**json.loads(file.read_text()))
    except FileNotFoundError:
        return None
    except (TypeError, ValueError):
        why = "does not have the passwords of a demo in it any more"
        raise CommandError(f"{file} {why}. Delete it, and the demo's database.") from None


def _generate(file: Path) -> Demo:
    demo = Demo(secrets.token_urlsafe(32), _password(), _password())
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(asdict(demo), opened)
    return demo


def _password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(3))
