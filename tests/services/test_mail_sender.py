"""What waits is sent: once if all goes well, with one Message-ID however often it is tried."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.message import EmailMessage
from typing import NamedTuple

import pytest
from sqlalchemy import Connection, Engine, update

from app.domain.catalog import Money
from app.domain.errors import DatabaseUnavailable
from app.domain.mails import CLAIM_S, MOST_TRIES, Mail, MailKind, MailState
from app.runtime.shop_file import demo_shop
from app.runtime.web_app import ROOT
from app.services.mail.message import Sender
from app.services.mail.sender import LONGEST_PAUSE_S, MailSender
from app.services.mail.templates import MailTemplates
from app.services.mail.transport import ServerUnavailable, TryLater, Undeliverable
from app.store.accounts import add_account
from app.store.catalog import load_catalog_changes
from app.store.mail_queue import (
    KEPT_S,
    PAGE_SIZE,
    ListedMail,
    forget_old_mails,
    hold_waiting_mails,
    list_mails,
    load_waiting,
    retry_failed_mails,
    retry_mail,
)
from app.store.mails import write_mail, write_order_mail
from app.store.queries import run_query
from app.store.tables import accounts
from app.store.wakes import Woken
from tests.examples import ADA, EMPTY, NOON
from tests.http.flaky import FakeClock, FlakyDatabase
from tests.staff import set_product
from tests.store.example_people import ADA_HERSELF
from tests.store.orders_on_disk import MILK, ordered

pytestmark = pytest.mark.on_both

WAITING, SENT, FAILED = MailState
TIMES = "\N{MULTIPLICATION SIGN}"
SHOP = Sender("The shop", "shop@shop.example", "")


@dataclass
class FakeTransport:
    """A mail server that takes each mail, unless a test has it do otherwise for the next ones.

    `interlude` is awaited once, while the next mail is delivered.
    """

    taken: list[EmailMessage] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    interlude: Callable[[], Awaitable[None]] | None = None
    closed: int = 0

    async def deliver(self, message: EmailMessage) -> None:
        """Take *message*, or raise the next error."""
        self.tried.append(message["Message-ID"])
        if self.interlude:
            interlude, self.interlude = self.interlude, None
            await interlude()
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(message)

    async def close(self) -> None:
        """Count it."""
        self.closed += 1


class Post(NamedTuple):
    """What sends the mails of a database, and the parts that tests look into or break."""

    sender: MailSender
    transport: FakeTransport
    database: FlakyDatabase
    clock: FakeClock
    engine: Engine

    def listed(self, state: MailState) -> list[ListedMail]:
        """Return the mails in *state*."""
        return run_query(self.engine, list_mails, state, 1).mails

    def another(self, name: str) -> MailSender:
        """Return the sender of another server, or of the same one after it was killed."""
        return make_sender(self.database, self.transport, self.clock, self.engine, name)

    async def send_after(self, seconds: float) -> None:
        """Send what is due after some time."""
        self.clock.at_s += seconds
        await self.sender.send_due()


def make_sender(
    database: FlakyDatabase, transport: FakeTransport, clock: FakeClock, engine: Engine, name: str
) -> MailSender:
    """Return a sender without jitter."""
    catalog = run_query(engine, load_catalog_changes, -1).catalog
    shop = replace(demo_shop(), name="The shop")
    return MailSender(
        database,
        transport,
        MailTemplates(ROOT / "templates", shop, "http://shop.test", UTC, lambda: catalog),
        SHOP,
        name=name,
        now_s=clock.now_s,
        steady_s=clock.now_s,
        draw=lambda _: 0,
    )


@pytest.fixture
async def post(url: str, engine: Engine) -> AsyncIterator[Post]:
    """Return what sends mails, and Ada's account."""
    run_query(engine, add_account, ADA_HERSELF, EMPTY.epoch, NOON)
    run_query(engine, set_product, MILK, Money(100), 5)
    clock, database, transport = FakeClock(), FlakyDatabase(url), FakeTransport()
    sender = make_sender(database, transport, clock, engine, "w1")
    yield Post(sender, transport, database, clock, engine)
    database.close()


def prefer_chinese(connection: Connection) -> None:
    """Have Ada read Chinese."""
    connection.execute(update(accounts).values(language="zh-Hant"))


def write_link(connection: Connection, to: str = "ada@shop.example") -> None:
    """Write a mail about an account, with a secret."""
    mail = Mail(MailKind.PASSKEY_ADDED, to, None, ADA, {"name": "a secret", "path": "/secret"})
    write_mail(connection, mail, NOON)


async def test_the_mail_of_an_order_is_sent_in_the_reader_s_language(post: Post) -> None:
    run_query(post.engine, prefer_chinese)
    order = ordered(post.engine)

    await post.sender.send_due()
    await post.send_after(10**6)

    (sent,) = post.transport.taken
    assert (sent["To"], sent["Subject"]) == (ADA_HERSELF.email, f"您的訂單 {order.number}")
    for kind in ("plain", "html"):
        body = sent.get_body((kind,))
        assert isinstance(body, EmailMessage)
        assert f"http://shop.test/zh-hant/orders/{order.number}" in body.get_content()
        assert f"{TIMES} 2：" in body.get_content()
        assert "£2.00" in body.get_content()
    (listed,) = post.listed(SENT)
    assert (listed.sent_at_s, listed.tries, listed.can_retry) == (NOON, 1, False)
    assert run_query(post.engine, load_waiting).mails == 0
    assert (post.sender.stats.sent, post.sender.stats.tries) == (1, 1)
    assert post.transport.closed == 2


async def test_a_mail_that_is_put_off_is_tried_less_and_less_often_and_given_up(
    post: Post,
) -> None:
    ordered(post.engine)
    post.transport.errors = [TryLater("451 later")] * MOST_TRIES

    await post.sender.send_due()
    await post.send_after(59)
    assert len(post.transport.tried) == 1
    await post.send_after(1)
    await post.send_after(119)
    assert len(post.transport.tried) == 2
    for _ in range(MOST_TRIES):
        await post.send_after(4 * 3600)

    assert len(post.transport.tried) == MOST_TRIES
    assert len(set(post.transport.tried)) == 1
    (failed,) = post.listed(FAILED)
    assert failed.error == "given up: 451 later"
    assert post.sender.stats.failed == 1


async def test_what_is_refused_has_failed_and_only_a_mail_about_an_order_can_be_tried_again(
    post: Post,
) -> None:
    ordered(post.engine)
    run_query(post.engine, write_link)
    post.transport.errors = [Undeliverable("550 no such mailbox")] * 2

    await post.sender.send_due()
    assert post.listed(WAITING) == []
    assert {one.kind: one.can_retry for one in post.listed(FAILED)} == {
        MailKind.ORDER_PLACED: True,
        MailKind.PASSKEY_ADDED: False,
    }
    retried = [run_query(post.engine, retry_mail, one.id, NOON) for one in post.listed(FAILED)]
    await post.sender.send_due()

    assert sorted(retried) == [False, True]
    assert [one.kind for one in post.listed(SENT)] == [MailKind.ORDER_PLACED]
    assert post.transport.tried.count(post.transport.taken[0]["Message-ID"]) == 2


async def test_while_the_server_is_away_all_mails_wait_and_none_loses_a_try(post: Post) -> None:
    ordered(post.engine)
    run_query(post.engine, write_link)
    post.transport.errors = [ServerUnavailable("refused")] * 50

    await post.sender.send_due()
    await post.sender.send_due()
    await post.send_after(4)
    assert len(post.transport.tried) == 1
    for _ in range(49):
        await post.send_after(LONGEST_PAUSE_S)
    assert [one.tries for one in post.listed(WAITING)] == [0, 0]
    assert any(one.error.endswith("refused") for one in post.listed(WAITING))
    await post.send_after(LONGEST_PAUSE_S)

    assert len(post.transport.taken) == 2
    assert post.sender.stats.outages == 50


async def test_a_mail_that_was_taken_in_an_outage_of_the_database_is_not_sent_again(
    post: Post,
) -> None:
    ordered(post.engine)

    async def go_away() -> None:
        post.database.writes_fail = True

    run_query(post.engine, write_link)
    post.transport.interlude = go_away
    with pytest.raises(DatabaseUnavailable):
        await post.sender.send_due()
    post.database.writes_fail = False
    await post.send_after(10**6)

    assert len(post.transport.taken) == 2
    assert len(post.listed(SENT)) == 2


async def test_a_server_that_was_killed_sends_again_under_one_message_id(post: Post) -> None:
    ordered(post.engine)
    killed, others = post.another("w1"), post.another("w2")
    post.transport.errors = [asyncio.CancelledError()]

    with pytest.raises(asyncio.CancelledError):
        await killed.send_due()
    await others.send_due()
    assert len(post.transport.tried) == 1
    await post.another("w1").send_due()

    assert len(post.transport.taken) == 1
    assert len(set(post.transport.tried)) == 1


async def test_another_server_takes_over_after_a_while_and_the_first_one_is_not_heard(
    post: Post,
) -> None:
    ordered(post.engine)
    other = post.another("w2")

    async def be_slow() -> None:
        post.clock.at_s += CLAIM_S
        await other.send_due()
        post.transport.errors = [Undeliverable("too slow")]

    post.transport.interlude = be_slow
    await post.sender.send_due()

    assert other.stats.left == 1
    assert [one.state for one in post.listed(SENT)] == [SENT]
    assert post.listed(FAILED) == []


async def test_a_mail_that_cannot_be_written_does_not_stop_the_next(post: Post) -> None:
    order = ordered(post.engine)
    with post.engine.begin() as connection:
        write_order_mail(connection, order, MailKind.ORDER_REFUNDED, NOON - 1)
    run_query(post.engine, write_link, "ada@shop.example\r\nBcc: eve@shop.example")

    await post.sender.send_due()

    assert len(post.transport.taken) == 1
    assert {one.error for one in post.listed(FAILED)} == {
        "it cannot be written: UndefinedError",
        "it cannot be written: ValueError",
    }


async def test_a_mail_that_is_written_here_wakes_the_sender(post: Post) -> None:
    woken = asyncio.Event()
    post.database.on_commit(Woken.MAILS, woken.set)

    def fail(connection: Connection) -> None:
        write_link(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await post.database.write(fail)
    assert not woken.is_set()
    await post.database.write(write_link)

    await asyncio.wait_for(woken.wait(), 60)


def test_after_a_restore_mails_are_held_back_until_staff_have_them_tried(post: Post) -> None:
    ordered(post.engine)
    run_query(post.engine, write_link)

    assert run_query(post.engine, hold_waiting_mails) == 2
    assert post.listed(WAITING) == []
    assert run_query(post.engine, retry_failed_mails, NOON) == 1
    assert [one.kind for one in post.listed(WAITING)] == [MailKind.ORDER_PLACED]


async def test_old_mails_are_forgotten_and_pages_have_all_that_are_left(post: Post) -> None:
    for _ in range(PAGE_SIZE + 1):
        run_query(post.engine, write_link)

    first = run_query(post.engine, list_mails, WAITING, 1)
    assert first.next_page
    second = run_query(post.engine, list_mails, WAITING, first.next_page)
    assert len({one.id for one in (*first.mails, *second.mails)}) == PAGE_SIZE + 1

    run_query(post.engine, forget_old_mails, NOON + KEPT_S + 1)
    assert run_query(post.engine, load_waiting).mails == PAGE_SIZE + 1
    await post.sender.send_due()
    run_query(post.engine, forget_old_mails, NOON + KEPT_S + 1)
    assert post.listed(SENT) == []
