"""Nothing is written for an account by a request that was admitted just before its deletion."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, func, select

from app.domain.errors import AccountRemoved
from app.domain.languages import ENGLISH
from app.domain.mail_tokens import MailToken, Purpose, TokenHash
from app.domain.mails import Mail, MailKind
from app.domain.orders import NEXT
from app.store.account_changes import write_disabled, write_password, write_staff
from app.store.account_removal import write_deletion
from app.store.accounts import set_language, set_name
from app.store.addresses import keep_address
from app.store.cart_saves import as_save, save_carts
from app.store.email_addresses import write_address
from app.store.mail_tokens import add_token
from app.store.mails import write_mail
from app.store.orders import move_back, move_on
from app.store.passkeys import Challenge, add_challenge, add_passkey
from app.store.passkeys import Purpose as ChallengePurpose
from app.store.queries import run_query
from app.store.recovery_codes import replace_codes
from app.store.seed import seed
from app.store.tables import accounts, metadata
from tests.buying import HOME, placed
from tests.examples import ADA, NOON
from tests.store.example_people import ADA_HERSELF
from tests.store.orders_on_disk import catalog, ordered, with_milk
from tests.store.test_passkeys import PHONE

pytestmark = pytest.mark.on_both

Write = Callable[[Connection], object]

INSERTS: list[Write] = [
    lambda connection: write_address(connection, ADA_HERSELF, "ada@elsewhere.example", NOON),
    lambda connection: keep_address(connection, ADA, "home", HOME),
    lambda connection: write_mail(
        connection, Mail(MailKind.NEW_DEVICE, ADA_HERSELF.email, None, ADA), NOON
    ),
    lambda connection: add_token(
        connection,
        MailToken(TokenHash("hash"), Purpose.RESET, ADA, ADA_HERSELF.email, NOON),
    ),
    lambda connection: add_passkey(connection, PHONE),
    lambda connection: replace_codes(connection, ADA, ["hash"], NOON),
    lambda connection: add_challenge(
        connection, Challenge(b"bytes", ChallengePurpose.ADD, ADA), NOON, NOON
    ),
]
UPDATES: list[Write] = [
    lambda connection: set_name(connection, ADA, "Ada"),
    lambda connection: set_language(connection, ADA, ENGLISH),
    lambda connection: write_password(connection, ADA, "hash", NOON),
    lambda connection: write_disabled(connection, ADA, NOON, disabled=False),
    lambda connection: write_staff(connection, ADA, NOON, staff=True),
]
KEPT_FOR_AN_HOUR = {"carts", "outboxes"}


def owned(connection: Connection) -> dict[str, int]:
    """Return how many rows there are of an account in each table."""
    tables = [table for table in metadata.sorted_tables if "account" in table.c]
    counts = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables
    }
    return {name: count for name, count in counts.items() if count}


def test_what_comes_after_a_deletion_is_not_written(engine: Engine) -> None:
    run_query(engine, seed)
    late = placed(with_milk(engine), catalog(engine))
    order: Write = lambda connection: save_carts(  # noqa: E731 - one of a list
        connection, [as_save(late.cart, (), (late.change,))], NOON
    )
    run_query(engine, write_deletion, ADA_HERSELF, NOON)
    after_deletion = run_query(engine, owned)
    row = run_query(engine, lambda connection: connection.execute(select(accounts)).one())

    for insert in (*INSERTS, order):
        with pytest.raises(AccountRemoved):
            run_query(engine, insert)
    for update in UPDATES:
        run_query(engine, update)

    assert run_query(engine, owned) == after_deletion
    assert after_deletion.keys() <= KEPT_FOR_AN_HOUR | {"mails"}
    assert run_query(engine, lambda connection: connection.execute(select(accounts)).one()) == row


def test_each_of_these_is_written_for_an_account_that_is_there(engine: Engine) -> None:
    for write in (*INSERTS, *UPDATES):
        run_query(engine, write)

    written = run_query(engine, owned).keys()

    assert {"addresses", "mails", "mail_tokens", "passkeys", "recovery_codes"} <= written


def test_a_delivered_order_of_a_deleted_account_is_not_reopened(engine: Engine) -> None:
    run_query(engine, seed)
    order, revision = ordered(engine), None
    while order.state in NEXT:
        revision = run_query(engine, move_on, order, NOON)
        order = order._replace(state=NEXT[order.state])
    assert revision
    run_query(engine, write_deletion, ADA_HERSELF, NOON)

    assert not run_query(engine, move_back, order, revision, NOON)
