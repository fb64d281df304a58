"""Changes to the database of a running shop, from a connection outside its server."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

from sqlalchemy import Connection, delete, select, update

from app.domain.accounts import AccountId
from app.domain.catalog import Money, Promotion, Sku
from app.domain.mail_tokens import Purpose
from app.domain.mails import Mail, MailKind
from app.domain.orders import HostedPage, OrderState, Pay
from app.domain.payments import PaymentState, payment_of
from app.services.mailed_links import new_link, token_hash
from app.services.passwords import hash_password
from app.store.accounts import Person, add_account
from app.store.catalog import increment_revision
from app.store.engines import connect
from app.store.failures import add_failure
from app.store.mail_tokens import add_token
from app.store.mails import write_mail
from app.store.orders import find_order_by_number
from app.store.payments import add_payment
from app.store.promotion_edits import add_promotion, pause_promotion
from app.store.queries import run_query
from app.store.tables import accounts, carts, mail_tokens, orders, products
from tests.browser.visitor import PASSWORD
from tests.e2e.catalog import price as usual_price
from tests.e2e.catalog import stock as usual_stock
from tests.e2e.server import Server
from tests.staff import set_product

CORRUPT_BODY = "spoiled on purpose"
CORRUPT_BODY_ERROR = "JSON is malformed"
"""The error that the shop logs when it reads that."""


class LiveDatabase:
    """A connection to the database of a running shop."""

    def __init__(self, server: Server):
        self._engine = connect(server.database)
        self._original_bodies: dict[str, str] = {}

    def add_account(self, email: str, name: str, *, is_staff: bool = False) -> None:
        """Add an account with the usual password, as a command does in a tenth of the time."""
        account = AccountId(f"u-{uuid4()}")
        person = Person(account, email, name, password_hash(), staff=is_staff)
        run_query(self._engine, add_account, person, "e0", int(time.time()))

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def set(self, sku: str, price: int | None = None, stock: int | None = None) -> float:
        """Set a price, a stock or both; return the time of the commit, in seconds since 1970."""
        money = None if price is None else Money(price)
        run_query(self._engine, set_product, Sku(sku), money, stock)
        return time.time()

    def restore_product(self, sku: str, stock: int) -> None:
        """Sell *sku* again, at its usual price and with this *stock*."""
        run_query(self._engine, _set_sold, sku, sold=True)
        self.set(sku, usual_price(sku), stock)

    def withdraw_product(self, sku: str) -> None:
        """Stop selling *sku*."""
        run_query(self._engine, _set_sold, sku, sold=False)

    @contextmanager
    def promoted(self, promotion: Promotion) -> Iterator[None]:
        """Have *promotion* go on inside this context."""
        added = run_query(self._engine, add_promotion, promotion)
        try:
            yield
        finally:
            run_query(self._engine, pause_promotion, added)

    def pay_by_card(self, number: str, state: PaymentState) -> None:
        """Make an order one that is paid by card, with a payment in *state*."""
        run_query(self._engine, _pay_by_card, number, state)

    def corrupt_cart(self, account: str) -> None:
        """Make a stored cart unreadable, as a damaged disk would."""
        self._original_bodies[account] = run_query(
            self._engine, _replace_body, account, CORRUPT_BODY
        )

    def repair_carts(self) -> None:
        """Restore all carts that were made unreadable."""
        while self._original_bodies:
            run_query(self._engine, _replace_body, *self._original_bodies.popitem())

    def write_mail(self, to: str, wait_s: int) -> None:
        """Have somebody be told that their account is gone, after *wait_s* seconds."""
        mail = Mail(MailKind.ACCOUNT_DELETED, to, None, None)
        run_query(self._engine, write_mail, mail, int(time.time()), wait_s)

    def add_token(self, account: str, email: str, purpose: Purpose, secret: str) -> None:
        """Keep a token of *account* that can be used now, in place of what *secret* was before."""
        run_query(self._engine, _add_token, account, email, purpose, secret)

    def fail_sign_ins(self, email: str, times: int) -> None:
        """Count *times* failed sign-ins as *email* from this machine."""
        for _ in range(times):
            run_query(self._engine, add_failure, email, "127.0.0.1", int(time.time()))

    def claim_email(self, account: str, email: str) -> None:
        """Have *account* claim its address, as if nobody had confirmed it yet."""
        claim = update(accounts).where(accounts.c.id == account)
        values = {"claimed_email": email, "email": account}
        run_query(self._engine, lambda connection: connection.execute(claim.values(values)))

    @contextmanager
    def write_locked(self) -> Iterator[None]:
        """Hold the write lock of the database inside this context."""
        with self._engine.begin() as connection:
            yield
            connection.rollback()

    async def keep_changing(self, skus: Sequence[str], a_second: int, seconds: float) -> None:
        """Change price and stock of *skus* in turn, so many times a second; then restore them."""
        began = time.monotonic()
        for turn in range(1, round(a_second * seconds) + 1):
            sku = skus[turn % len(skus)]
            price = usual_price(sku) + turn * 7 % 90
            await asyncio.to_thread(self.set, sku, price, turn % 12)
            await asyncio.sleep(max(0, began + turn / a_second - time.monotonic()))
        for sku in skus:
            self.set(sku, usual_price(sku), usual_stock(sku))


@cache
def password_hash() -> str:
    """Return the hash of the usual password, with the shop's parameters."""
    return hash_password(PASSWORD)


def _replace_body(connection: Connection, account: str, body: str) -> str:
    """Store *body* as the cart of *account*; return the former body."""
    of_account = carts.c.account == account
    before: str = connection.execute(select(carts.c.body).where(of_account)).scalar_one()
    connection.execute(update(carts).where(of_account).values(body=body))
    return before


def _set_sold(connection: Connection, sku: str, *, sold: bool) -> None:
    values = {"sold": sold, "moved": increment_revision(connection)}
    connection.execute(update(products).where(products.c.sku == sku).values(values))


def _pay_by_card(connection: Connection, number: str, state: PaymentState) -> None:
    order = find_order_by_number(connection, number)
    assert order
    payment = payment_of(order, HostedPage("page-1", "https://pay.example/1"))
    awaits = state is PaymentState.CREATED
    held = Money(0) if awaits else payment.amount
    add_payment(connection, payment._replace(state=state, authorised=held))
    placed = OrderState.AWAITING_PAYMENT if awaits else OrderState.PLACED
    values = {"pay": Pay.CARD, "state": placed, "moved": increment_revision(connection)}
    connection.execute(update(orders).where(orders.c.number == number).values(values))


def _add_token(
    connection: Connection, account: str, email: str, purpose: Purpose, secret: str
) -> None:
    now_s, new_email = int(time.time()), f"new-{email}"
    connection.execute(delete(mail_tokens).where(mail_tokens.c.hash == token_hash(secret)))
    whose = (AccountId(account), email, now_s, new_email)
    add_token(connection, new_link("", secret, purpose, *whose).token)
