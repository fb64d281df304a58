"""Delivery to a real SMTP server: what it takes, and whose fault it is if it takes nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from app.services.mail.message import Sender, make_message
from app.services.mail.server import MailServer, Security
from app.services.mail.smtp import SmtpTransport
from app.services.mail.transport import ServerUnavailable, TryLater, Undeliverable
from tests.services.mails import RENDERED, claimed
from tests.smtp_server import (
    CUT,
    LATER,
    NEVER,
    PASSWORD,
    REFUSED,
    SLOW,
    USER,
    SmtpServer,
    make_certificate,
    smtp_server,
)

SHOP = Sender("Basket & Leaf", "shop@shop.example", "help@shop.example")
ADA, ZHANG = "ada@shop.example", "張@xn--bcher-kva.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate and its key."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    """Return a server without TLS, as a relay on the same machine."""
    with smtp_server(tmp_path_factory.mktemp("plain")) as server:
        yield server


@pytest.fixture(scope="module")
def starttls(certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    """Return a server that demands STARTTLS and a login."""
    folder = tmp_path_factory.mktemp("starttls")
    with smtp_server(folder, "--certificate", str(certificate)) as server:
        yield server


@pytest.fixture
def _trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this machine trust the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def transport(
    server: SmtpServer,
    security: Security = Security.NONE,
    password: str = PASSWORD,
    timeout_s: float = 60,
) -> SmtpTransport:
    """Return what delivers to *server*."""
    user = "" if security is Security.NONE else USER
    where = MailServer("127.0.0.1", server.port, security, user, password)
    return SmtpTransport(where, "shop.example", timeout_s)


@asynccontextmanager
async def connected(*where: Any, **more: Any) -> AsyncIterator[SmtpTransport]:
    """Return a transport as `transport` does, and hang up in the end."""
    out = transport(*where, **more)
    try:
        yield out
    finally:
        await out.close()


def message(to: str = ADA) -> EmailMessage:
    """Return a mail."""
    return make_message(claimed(to), RENDERED, SHOP)


async def test_mails_are_taken_one_after_the_other_as_they_were_written(plain: SmtpServer) -> None:
    async with connected(plain) as out:
        for to in (ADA, ZHANG):
            await out.deliver(message(to))

    first, second = plain.received()[-2:]
    assert (first.to, second.to) == (ADA, ZHANG)
    sent = first.message
    assert first.message_id == claimed(ADA).message_id
    assert sent["From"] == "Basket & Leaf <shop@shop.example>"
    assert (sent["Reply-To"], sent["Auto-Submitted"]) == ("help@shop.example", "auto-generated")
    assert sent["Date"].datetime.timestamp() == claimed(ADA).created_at_s
    assert (sent["Subject"], sent["Content-Language"]) == (RENDERED.subject, "zh-Hant")
    for kind, said in (("plain", RENDERED.text), ("html", RENDERED.html)):
        body = sent.get_body((kind,))
        assert isinstance(body, EmailMessage)
        assert body.get_content().replace("\r\n", "\n") == said
    assert first.source.isascii()


@pytest.mark.parametrize(
    ("to", "error"),
    [(NEVER, Undeliverable), (REFUSED, Undeliverable), (LATER, TryLater), (CUT, TryLater)],
)
async def test_what_is_wrong_with_one_mail_does_not_keep_the_next_from_being_taken(
    plain: SmtpServer, to: str, error: type[Exception]
) -> None:
    async with connected(plain) as out:
        with pytest.raises(error):
            await out.deliver(message(to))
        await out.deliver(message())

        assert plain.received()[-1].to == ADA
        if error is TryLater:
            await out.deliver(message(to))
            assert plain.received()[-1].to == to


async def test_a_server_that_is_too_slow_is_left(plain: SmtpServer) -> None:
    with pytest.raises(TryLater):
        await transport(plain, timeout_s=0.5).deliver(message(SLOW))


async def test_after_a_delivery_that_was_given_up_the_next_has_a_connection_of_its_own(
    plain: SmtpServer,
) -> None:
    async with connected(plain) as out:
        delivering = asyncio.create_task(out.deliver(message(SLOW)))
        while SLOW not in plain.asked():  # noqa: ASYNC110 - another process notes it
            await asyncio.sleep(0.02)
        delivering.cancel()
        await asyncio.wait([delivering])
        await out.deliver(message(ZHANG))

    assert delivering.cancelled()
    assert plain.received()[-1].to == ZHANG


@pytest.mark.usefixtures("_trusted")
async def test_a_login_is_sent_over_starttls_and_over_tls(
    starttls: SmtpServer, certificate: Path, tmp_path: Path
) -> None:
    async with connected(starttls, Security.STARTTLS) as out:
        await out.deliver(message())
    assert [one.to for one in starttls.received()] == [ADA]

    with smtp_server(tmp_path, "--certificate", str(certificate), "--tls") as tls:
        async with connected(tls, Security.TLS) as out:
            await out.deliver(message())
        assert [one.to for one in tls.received()] == [ADA]


@pytest.mark.usefixtures("_trusted")
async def test_a_server_that_lets_the_shop_not_in_is_no_fault_of_a_mail(
    plain: SmtpServer, starttls: SmtpServer, tmp_path: Path
) -> None:
    cases = {
        "a wrong password": transport(starttls, Security.STARTTLS, "not the password"),
        "no TLS where it is demanded": transport(starttls),
        "TLS that the server does not speak": transport(plain, Security.STARTTLS),
        "nobody there": transport(SmtpServer(tmp_path)),
    }
    for case, out in cases.items():
        with pytest.raises(ServerUnavailable) as error:
            await out.deliver(message())
        assert str(error.value), case
        assert PASSWORD not in str(error.value), case


async def test_a_certificate_that_nobody_vouches_for_is_refused(starttls: SmtpServer) -> None:
    with pytest.raises(ServerUnavailable, match=r"(?i)certificate"):
        await transport(starttls, Security.STARTTLS).deliver(message())
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("to", ["ada@shop.example\r\nBcc: eve@shop.example", "no address"])
def test_a_recipient_that_would_become_another_header_is_refused(to: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the email package words it
        message(to)


def test_a_subject_stays_in_its_header() -> None:
    said = RENDERED._replace(subject="Order\r\nBcc: eve@shop.example")

    with pytest.raises(ValueError):  # noqa: PT011 - the email package words it
        make_message(claimed(ADA), said, SHOP)
