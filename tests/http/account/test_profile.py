"""The page of an account: its name and its sessions."""

import re

import pytest

from app.live.ports import DisconnectReason
from tests.http.harness import HttpHarness
from tests.http.logins import session_of, with_socket
from tests.http.visitor import ADA, PASSWORD, Visitor, notices, text

RIGHT = {"email": ADA["email"], "password": PASSWORD}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"


async def notice_after(visitor: Visitor, path: str, form: dict[str, str] | None = None) -> str:
    """Send a form of the page, and return the notice on the page after it."""
    answer = await visitor.post(path, form)
    assert (answer.status_code, answer.location) == (303, "/account")
    return notices(await text(await visitor.get("/account")))


def ends(page: str) -> list[str]:
    """Return the targets of the buttons of *page* that end another session."""
    return re.findall(r'action="(/account/sessions/[0-9a-f]{64}/end)"', page)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", "/name"),
        ("POST", "/password"),
        ("POST", "/sessions/end-others"),
        ("POST", "/sessions/any/end"),
    ],
)
async def test_the_account_page_needs_a_login(harness: HttpHarness, method: str, path: str) -> None:
    answer = await harness.visitor().ask(method, f"/account{path}", {"Origin": "http://localhost"})

    assert (answer.status_code, answer.location) == (303, "/login?next=%2Faccount")


async def test_every_page_leads_to_the_account(harness: HttpHarness) -> None:
    ada = await harness.ada()

    front = await text(await ada.get("/"))
    assert re.search(r'<a class="account-name in-bar"\s+href="/account"', front)


async def test_the_account_page_is_not_cached(harness: HttpHarness) -> None:
    answer = await (await harness.ada()).get("/account")

    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_name_is_changed(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert (
        await notice_after(ada, "/account/name", {"name": " Ada Byron "})
        == "ok: Your name is changed."
    )

    assert 'value="Ada Byron"' in await text(await ada.get("/account"))
    assert "Ada Byron" in await text(await ada.get("/"))


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\tb", "a\0b"])
async def test_an_invalid_name_is_reported_beside_its_field(
    harness: HttpHarness, name: str
) -> None:
    ada = await harness.ada()

    answer = await ada.post("/account/name", {"name": name})

    page = await text(answer)
    assert answer.status_code == 400
    assert re.search(
        r'id="name"[^>]*aria-invalid="true"\s+aria-describedby="name-fault\s*"\s+autofocus', page
    )
    assert '<p class="fault" id="name-fault">' in page
    assert f'value="{name.strip()}"' in page
    assert 'value="Ada"' in await text(await ada.get("/account"))


async def test_the_page_lists_the_sessions_and_marks_this_one(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.clock.at_s += 60
    await harness.visitor().send("/api/session", RIGHT, User_Agent=FIREFOX)
    other = await harness.ada(email="bob@shop.example")

    page = await text(await ada.get("/account"))

    listed = page[page.index("Where you are signed in") :]
    assert re.findall(r"<strong>(.*?)</strong>", listed) == ["Firefox on Windows", "A script"]
    assert len(ends(page)) == 1
    assert listed.index("Firefox") < listed.index("this browser")
    assert ends(await text(await other.get("/account"))) == []


async def test_ending_a_session_ends_its_sockets_and_no_other_session(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    phone, context = harness.visitor(), harness.visitor()
    on_phone = await phone.send("/api/session", RIGHT, User_Agent=FIREFOX)
    socket = await with_socket(harness, on_phone)
    (there,) = ends(await text(await ada.get("/account")))
    other = await with_socket(harness, await context.send("/api/session", RIGHT))

    assert await notice_after(ada, there) == "ok: That session is signed out."

    assert socket.disconnects == [DisconnectReason.SIGNED_OUT]
    assert await session_of(harness, on_phone) is None
    assert (await phone.get("/api/cart")).status_code == 401
    assert (await context.get("/api/cart")).status_code == 200
    assert other.disconnects == []
    assert (await ada.post(there)).status_code == 404


async def test_an_account_cannot_sign_out_another(harness: HttpHarness) -> None:
    bob = await harness.ada(email="bob@shop.example")
    begun = await bob.send("/api/session", {**RIGHT, "email": "bob@shop.example"})
    socket, session = await with_socket(harness, begun), await session_of(harness, begun)
    assert session
    ada = await harness.ada()

    foreign = await ada.post(f"/account/sessions/{session.id_hash}/end")
    unknown = await ada.post(f"/account/sessions/{'0' * 64}/end")

    assert foreign.status_code == unknown.status_code == 404
    assert (await text(foreign)).split("<body")[0] == (await text(unknown)).split("<body")[0]
    assert socket.disconnects == []
    await ada.post("/account/sessions/end-others")
    assert (await bob.get("/api/cart")).status_code == 200


async def test_signing_out_everywhere_else_leaves_this_one(harness: HttpHarness) -> None:
    ada = await harness.ada()
    elsewhere = [harness.visitor() for _ in range(3)]
    sockets = [
        await with_socket(harness, await visitor.send("/api/session", RIGHT))
        for visitor in elsewhere
    ]

    notice = await notice_after(ada, "/account/sessions/end-others")

    assert notice == "ok: You are signed out everywhere else."
    assert [socket.disconnects for socket in sockets] == [[DisconnectReason.SIGNED_OUT]] * 3
    assert [(await visitor.get("/api/cart")).status_code for visitor in elsewhere] == [401] * 3
    assert ends(await text(await ada.get("/account"))) == []


async def test_signing_out_fails_while_the_database_is_away(harness: HttpHarness) -> None:
    ada, phone = await harness.ada(), harness.visitor()
    socket = await with_socket(harness, await phone.send("/api/session", RIGHT))
    harness.database.writes_fail = True

    assert (await ada.post("/account/sessions/end-others")).status_code == 503

    assert socket.disconnects == []
