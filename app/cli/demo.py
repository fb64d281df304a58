"""The demo shop: a database of its own, with two accounts whose passwords are made on first run."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, func, make_url, select

from app.domain.cart import AccountId
from app.runtime.config import Config
from app.store.accounts import Person, add_account, find_by_email
from app.store.tables import accounts

DATABASE = "sqlite:///var/demo.db"
SHOPPER = "shopper@demo.example"
STAFF = "staff@demo.example"


class NotADemo(Exception):
    """The database has accounts and is no demo's; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo keeps beside its database, for its owner's eyes only."""

    secret: str
    shopper_password: str
    staff_password: str


def as_demo(config: Config, given: frozenset[str]) -> tuple[Config, Demo]:
    """Return *config* for a demo, with what was *given* left as it is, and the demo's secrets."""
    if "database" not in given:
        config = replace(config, database=DATABASE)
    if "log" not in given:
        config = replace(config, log="warning")
    demo = _remembered(_memory(config)) or _remember(_memory(config))
    return (config if config.secret else replace(config, secret=demo.secret)), demo


def add_demo_accounts(
    connection: Connection, demo: Demo, hash_password: Callable[[str], str], now_s: int
) -> None:
    """Add the shopper and the member of staff, unless they are there; or raise `NotADemo`."""
    if find_by_email(connection, SHOPPER):
        return
    if connection.execute(select(func.count()).select_from(accounts)).scalar():
        raise NotADemo(
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


def _memory(config: Config) -> Path:
    name = make_url(config.database).database
    return Path(f"var/{name}.demo.json" if config.is_shareable else f"{name}.demo.json")


def _remembered(memory: Path) -> Demo | None:
    try:
        return Demo(**json.loads(memory.read_text()))
    except FileNotFoundError:
        return None


def _remember(memory: Path) -> Demo:
    demo = Demo(secrets.token_urlsafe(32), _password(), _password())
    memory.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(memory, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(demo), file)
    return demo


def _password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(3))
