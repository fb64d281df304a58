"""Staff's page of mails, and the mails that a newcomer reads."""

from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection

from app.domain.mails import Mail, MailId, MailKind, MailState
from app.http.staff.mails import KINDS
from app.services.mail.message import Sender, make_message
from app.store.mail_queue import MailsPage, claim_mail, list_mails, mark_failed
from app.store.mails import write_mail
from tests.examples import NOON
from tests.http.harness import HttpHarness, open_harness
from tests.http.order_helpers import order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import text
from tests.services.mails import RENDERED, claimed

LOCAL, PUBLIC = "http://localhost", "https://shop.example"
SHOP = Sender("The shop", "shop@shop.example", "")


def fail_all(connection: Connection) -> None:
    """Have all mails that wait fail."""
    while mail := claim_mail(connection, "w1", "shop.example", NOON):
        mark_failed(connection, mail, "550 <no> such mailbox")


def write_link(connection: Connection) -> None:
    """Write a mail about an account."""
    write_mail(connection, Mail(MailKind.FORGOTTEN, "bob@shop.example", None, None), NOON)


async def first_id(harness: HttpHarness, state: MailState) -> MailId:
    """Return the id of the newest mail in *state*."""
    page: MailsPage = await harness.database.read(list_mails, state, 1)
    return page.mails[0].id


def test_staff_have_a_word_for_every_kind() -> None:
    assert KINDS.keys() == set(MailKind)


async def test_staff_see_what_failed_and_have_it_tried_again(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    await order(ada, await wanted(ada))
    staff = await grace(harness)
    assert "Next try" in await text(await staff.get("/staff/mails"))
    await harness.database.write(fail_all)
    assert "all are sent" in await text(await staff.get("/staff/mails"))

    mail = await first_id(harness, MailState.FAILED)
    page = await (await staff.get("/staff/mails?state=failed")).get_data(as_text=True)
    assert "550 &lt;no&gt; such mailbox" in page
    assert f"/staff/mails/{mail}/retry" in page
    said = await staff.form(f"/staff/mails/{mail}/retry", "/staff/mails?state=failed")

    assert said == "ok: The mail will be tried again now."
    assert await first_id(harness, MailState.WAITING) == mail


async def test_a_link_that_is_erased_cannot_be_sent_again(harness: HttpHarness) -> None:
    staff = await grace(harness)
    await harness.database.write(write_link)
    await harness.database.write(fail_all)
    mail = await first_id(harness, MailState.FAILED)

    assert "Its link is erased" in await text(await staff.get("/staff/mails?state=failed"))
    said = await staff.form(f"/staff/mails/{mail}/retry", "/staff/mails")

    assert said == "warn: Nothing was done: this mail cannot be tried again."
    assert (await staff.post("/staff/mails/unknown/retry", {})).status_code == 404
    assert (await staff.get("/staff/mails?state=lost")).status_code == 404


async def test_a_newcomer_reads_what_would_have_arrived(url: str, tmp_path: Path) -> None:
    async with open_harness(url, mail_folder=str(tmp_path), origins=(LOCAL,)) as harness:
        await read_as_a_newcomer(harness)
    async with open_harness(url, mail_folder=str(tmp_path), origins=(PUBLIC,)) as harness:
        assert (await harness.visitor().get("/demo/mail")).status_code == 404


async def read_as_a_newcomer(harness: HttpHarness) -> None:
    """Keep a mail, and read it."""
    folder = harness.context.kept_mails
    assert folder
    link = f"{LOCAL}/zh-hant/orders/7QK4-M2XD"
    said = RENDERED._replace(text=f"<b>\n{link}\nhttps://elsewhere.example/\n")
    await folder.deliver(make_message(claimed("ada@shop.example"), said, SHOP))
    (kept,) = folder.newest()

    visitor = harness.visitor()
    listed = await text(await visitor.get("/en/demo/mail"))
    assert f'href="/en/demo/mail/{quote(kept.name)}"' in listed
    page = await (await visitor.get(f"/demo/mail/{kept.name}")).get_data(as_text=True)
    assert 'href="/zh-hant/orders/7QK4-M2XD"' in page
    assert "&lt;b&gt;" in page
    assert "elsewhere.example" in page
    assert 'href="https://elsewhere' not in page
    for name in ("unknown", "..%2F..%2Fpyproject", "%00", "9" * 400, f"%20{kept.name}"):
        assert (await visitor.get(f"/demo/mail/{name}")).status_code == 404
