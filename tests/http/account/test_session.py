"""The session of a request: begun, used and ended."""

import pytest

from app.live.ports import DisconnectReason
from tests.examples import DAY_S
from tests.http.harness import HttpHarness, open_harness
from tests.http.logins import cookie, session_of, with_socket
from tests.http.visitor import ADA, PASSWORD, Visitor, code

RIGHT = {"email": ADA["email"], "password": PASSWORD}


async def test_signing_in_gives_a_new_id_and_ends_the_old_login(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    first = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(harness, first)

    second = await visitor.send("/api/session", RIGHT)

    assert second.status_code == 200
    assert cookie(second) != cookie(first)
    assert await session_of(harness, first) is None
    assert await session_of(harness, second) is not None
    assert socket.disconnects == [DisconnectReason.SIGNED_OUT]


async def test_a_login_elsewhere_goes_on(harness: HttpHarness) -> None:
    elsewhere = await harness.ada()

    await harness.visitor().send("/api/session", RIGHT)

    assert (await elsewhere.get("/api/cart")).status_code == 200


async def test_the_cookie_is_http_only_and_same_site(harness: HttpHarness) -> None:
    answer = await harness.visitor().send("/api/accounts", ADA)

    lines = {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert set(lines) == {"shop", "shop-device"}
    for name, days in (("shop", 14), ("shop-device", 400)):
        kept = set(lines[name].split("; "))
        assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={days * DAY_S}"} <= kept
        assert "Secure" not in lines[name]


async def test_with_https_the_cookie_is_bound_to_the_host(url: str) -> None:
    async with open_harness(url, origins=("https://shop.example",)) as harness:
        ada = await harness.ada()
        answer = await ada.send("/api/session", RIGHT)

        lines = answer.headers.getlist("Set-Cookie")
        assert {line.partition("=")[0] for line in lines} == {"__Host-shop", "__Host-shop-device"}
        for line in lines:
            assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(line.split("; "))
            assert "Domain" not in line


async def test_the_database_keeps_only_a_digest_of_the_cookie(harness: HttpHarness) -> None:
    answer = await harness.visitor().send("/api/accounts", ADA)

    session = await session_of(harness, answer)
    assert session
    assert session.id_hash not in cookie(answer)
    assert len(session.id_hash) == 64


async def test_signing_out_ends_the_login_and_its_sockets(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    begun = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(harness, begun)

    answer = await visitor.ask("DELETE", "/api/session", {})

    assert (answer.status_code, await answer.get_data()) == (204, b"")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(answer) == ""
    assert await session_of(harness, begun) is None
    assert socket.disconnects == [DisconnectReason.SIGNED_OUT]


async def test_a_copied_cookie_is_invalid_after_signing_out(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    copied = cookie(await visitor.send("/api/accounts", ADA))
    await visitor.ask("DELETE", "/api/session", {})

    answer = await harness.visitor().get("/api/cart", Cookie=f"shop={copied}")

    assert await code(answer) == (401, "login_required")


@pytest.mark.parametrize("value", ["", "x", "InUtMSI.Zz.zz", "é"])
async def test_a_forged_cookie_is_no_login(harness: HttpHarness, value: str) -> None:
    answer = await harness.visitor().get("/api/cart", Cookie=f"shop={value}")

    assert await code(answer) == (401, "login_required")
    assert harness.database.reads == []


async def test_a_login_ends_after_three_days_without_use(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for _ in range(4):
        harness.clock.at_s += 3 * DAY_S - 3600
        assert (await ada.get("/api/cart")).status_code == 200
    harness.clock.at_s += 3 * DAY_S
    assert (await ada.get("/api/cart")).status_code == 401


async def test_a_login_ends_after_fourteen_days_however_much_it_is_used(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()

    statuses = []
    for _ in range(14):
        harness.clock.at_s += DAY_S
        statuses.append((await ada.get("/api/cart")).status_code)

    assert statuses == [200] * 13 + [401]


async def test_a_use_is_not_saved_for_every_request(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.writes.clear()

    for _ in range(3):
        await ada.get("/api/cart")
    assert harness.database.writes == []

    harness.clock.at_s += 3600
    for _ in range(3):
        await ada.get("/api/cart")
    assert harness.database.writes == ["save_last_use"]


async def test_a_use_that_cannot_be_saved_is_no_error(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.clock.at_s += 3600
    harness.database.writes_fail = True

    assert (await ada.get("/api/cart")).status_code == 200
    assert harness.database.writes[-1] == "save_last_use"


async def test_a_use_over_http_renews_the_login_for_open_sockets_too(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    begun = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(harness, begun)

    harness.clock.at_s += 2 * DAY_S
    await visitor.get("/api/cart")
    harness.clock.at_s += 2 * DAY_S
    harness.context.sessions.sweep()

    assert socket.disconnects == []


async def test_short_logins_are_possible(url: str) -> None:
    async with open_harness(url, login_s=60, login_idle_s=10) as harness:
        ada: Visitor = await harness.ada()
        statuses = []
        for _ in range(7):
            harness.clock.at_s += 9
            statuses.append((await ada.get("/api/cart")).status_code)

    assert statuses == [200] * 6 + [401]
