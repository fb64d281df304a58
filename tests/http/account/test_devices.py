"""A sign-in from a device that was not seen before is told by mail."""

from tests.http.harness import HttpHarness
from tests.http.logins import cookie
from tests.http.mailbox import mails_to
from tests.http.visitor import ADA

EMAIL = ADA["email"]


async def test_only_a_sign_in_from_another_device_is_told_by_mail(harness: HttpHarness) -> None:
    ada, phone = await harness.ada(), harness.visitor()
    await ada.send("/api/session", ADA)
    assert await mails_to(harness, EMAIL) == []

    first = await phone.send("/api/session", ADA)
    await phone.post("/logout")
    await phone.send("/api/session", ADA)

    assert [mail.kind for mail in await mails_to(harness, EMAIL)] == ["new_device"]
    forged = cookie(first, "shop-device").rpartition(".")[0] + ".AAAA"
    await harness.visitor().send("/api/session", ADA, Cookie=f"shop-device={forged}")
    assert len(await mails_to(harness, EMAIL)) == 2
