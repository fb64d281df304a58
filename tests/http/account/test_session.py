"""The session of a request: begun, used and ended."""

import pytest

from app.live.ports import DisconnectReason
from tests.examples import DAY_S
from tests.http.house import House, open_house
from tests.http.logins import cookie, session_of, with_socket
from tests.http.visitor import ADA, PASSWORD, Visitor, code

RIGHT = {"email": ADA["email"], "password": PASSWORD}


async def test_signing_in_gives_a_new_id_and_ends_the_old_login(house: House) -> None:
    visitor = house.visitor()
    first = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(house, first)

    second = await visitor.send("/api/session", RIGHT)

    assert second.status_code == 200
    assert cookie(second) != cookie(first)
    assert await session_of(house, first) is None
    assert await session_of(house, second) is not None
    assert socket.disconnects == [DisconnectReason.SIGNED_OUT]


async def test_a_login_elsewhere_goes_on(house: House) -> None:
    elsewhere = await house.ada()

    await house.visitor().send("/api/session", RIGHT)

    assert (await elsewhere.get("/api/cart")).status_code == 200


async def test_the_cookie_is_http_only_and_same_site(house: House) -> None:
    answer = await house.visitor().send("/api/accounts", ADA)

    (line,) = answer.headers.getlist("Set-Cookie")
    assert line.startswith("shop=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={14 * DAY_S}"} <= set(line.split("; "))
    assert "Secure" not in line


async def test_with_https_the_cookie_is_bound_to_the_host(url: str) -> None:
    async with open_house(url, origins=("https://shop.example",)) as house:
        ada = await house.ada()
        answer = await ada.send("/api/session", RIGHT)

        (line,) = answer.headers.getlist("Set-Cookie")
        assert line.startswith("__Host-shop=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(line.split("; "))
        assert "Domain" not in line


async def test_the_database_keeps_only_a_digest_of_the_cookie(house: House) -> None:
    answer = await house.visitor().send("/api/accounts", ADA)

    session = await session_of(house, answer)
    assert session
    assert session.id_hash not in cookie(answer)
    assert len(session.id_hash) == 64


async def test_signing_out_ends_the_login_and_its_sockets(house: House) -> None:
    visitor = house.visitor()
    begun = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(house, begun)

    answer = await visitor.ask("DELETE", "/api/session", {})

    assert (answer.status_code, await answer.get_data()) == (204, b"")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(answer) == ""
    assert await session_of(house, begun) is None
    assert socket.disconnects == [DisconnectReason.SIGNED_OUT]


async def test_a_copied_cookie_is_invalid_after_signing_out(house: House) -> None:
    visitor = house.visitor()
    copied = cookie(await visitor.send("/api/accounts", ADA))
    await visitor.ask("DELETE", "/api/session", {})

    answer = await house.visitor().get("/api/cart", Cookie=f"shop={copied}")

    assert await code(answer) == (401, "login_required")


@pytest.mark.parametrize("value", ["", "x", "InUtMSI.Zz.zz", "é"])
async def test_a_forged_cookie_is_no_login(house: House, value: str) -> None:
    answer = await house.visitor().get("/api/cart", Cookie=f"shop={value}")

    assert await code(answer) == (401, "login_required")
    assert house.database.reads == []


async def test_a_login_ends_after_three_days_without_use(house: House) -> None:
    ada = await house.ada()

    for _ in range(4):
        house.clock.at_s += 3 * DAY_S - 3600
        assert (await ada.get("/api/cart")).status_code == 200
    house.clock.at_s += 3 * DAY_S
    assert (await ada.get("/api/cart")).status_code == 401


async def test_a_login_ends_after_fourteen_days_however_much_it_is_used(house: House) -> None:
    ada = await house.ada()

    statuses = []
    for _ in range(14):
        house.clock.at_s += DAY_S
        statuses.append((await ada.get("/api/cart")).status_code)

    assert statuses == [200] * 13 + [401]


async def test_a_use_is_not_saved_for_every_request(house: House) -> None:
    ada = await house.ada()
    house.database.writes.clear()

    for _ in range(3):
        await ada.get("/api/cart")
    assert house.database.writes == []

    house.clock.at_s += 3600
    for _ in range(3):
        await ada.get("/api/cart")
    assert house.database.writes == ["save_last_use"]


async def test_a_use_that_cannot_be_saved_is_no_error(house: House) -> None:
    ada = await house.ada()
    house.clock.at_s += 3600
    house.database.writes_fail = True

    assert (await ada.get("/api/cart")).status_code == 200
    assert house.database.writes[-1] == "save_last_use"


async def test_a_use_over_http_renews_the_login_for_open_sockets_too(house: House) -> None:
    visitor = house.visitor()
    begun = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(house, begun)

    house.clock.at_s += 2 * DAY_S
    await visitor.get("/api/cart")
    house.clock.at_s += 2 * DAY_S
    house.context.sessions.sweep()

    assert socket.disconnects == []


async def test_short_logins_are_possible(url: str) -> None:
    async with open_house(url, login_s=60, login_idle_s=10) as house:
        ada: Visitor = await house.ada()
        statuses = []
        for _ in range(7):
            house.clock.at_s += 9
            statuses.append((await ada.get("/api/cart")).status_code)

    assert statuses == [200] * 6 + [401]
