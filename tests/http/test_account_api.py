"""Registering, signing in and signing out for scripts."""

import asyncio
from http.cookies import SimpleCookie

import pytest
from argon2 import PasswordHasher
from quart import Response

from app.domain.news import News
from app.domain.sessions import Lifetime, Session
from app.http.passwords import Passwords
from app.live.ports import Farewell
from app.store.accounts import find_by_email
from app.store.sessions import digest, find_session
from tests.examples import DAY_S
from tests.http.house import ADA, CHEAP, PASSWORD, House, Visitor, code, fields, open_house

WRONG = {"email": ADA["email"], "password": "seven green bricks"}
RIGHT = {"email": ADA["email"], "password": PASSWORD}


class Socket:
    """A socket that remembers why it was dismissed."""

    def __init__(self) -> None:
        self.dismissed: list[Farewell] = []

    def tell(self, news: News) -> None:
        """Hear of nothing."""

    def contradict(self) -> None:
        """Hear of nothing."""

    def dismiss(self, why: Farewell) -> None:
        """Remember."""
        self.dismissed.append(why)


def cookie(answer: Response, name: str = "shop") -> str:
    """Return a cookie as it was set, signature and all."""
    for line in answer.headers.getlist("Set-Cookie"):
        if name in (jar := SimpleCookie(line)):
            return jar[name].value
    raise AssertionError("no cookie was set")


async def session_of(house: House, answer: Response) -> Session | None:
    """Return the login behind the cookie that was set, as the database knows it."""
    (extension,) = house.app.extensions["QUART_AUTH"]
    secret = extension.load_token(cookie(answer), app=house.app)
    lifetime, now_s = house.desk.lifetime, int(house.clock.at_s)
    found: Session | None = await house.database.read(find_session, digest(secret), lifetime, now_s)
    return found


async def with_socket(house: House, answer: Response) -> Socket:
    """Return a socket that is open on the login that began with *answer*."""
    session, socket = await session_of(house, answer), Socket()
    assert session
    house.desk.sessions.join(session, socket)
    return socket


async def test_registering_signs_in(house: House) -> None:
    visitor = house.visitor()

    answer = await visitor.send("/api/accounts", ADA)

    said = await fields(answer)
    assert answer.status_code == 201
    assert said["account"].startswith("u-")
    assert said == {
        "account": said["account"],
        "name": "Ada",
        "session_left_ms": 3 * DAY_S * 1000,
    }
    assert (await visitor.get("/api/cart")).status_code == 200


async def test_a_new_cart_is_empty_and_at_the_beginning(house: House) -> None:
    ada = await house.ada()

    told = await ada.cart()

    assert told["rev"] == 0
    assert told["at"].split(".")[1:] == ["0", "0" * 16]
    assert told["cart"]["lines"] == []
    assert told["cart"]["totals"]["currency"] == "GBP"


async def test_an_email_address_can_be_used_once_whatever_its_case(house: House) -> None:
    await house.ada()

    answer = await house.visitor().send("/api/accounts", {**ADA, "email": "ADA@Shop.Example"})

    assert await code(answer) == (409, "email_taken")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("password", ["short", "x" * 129, "Password123"])
async def test_a_weak_password_is_refused(house: House, password: str) -> None:
    answer = await house.visitor().send("/api/accounts", {**ADA, "password": password})

    assert await code(answer) == (400, "weak_password")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", ""),
        ("email", "ada"),
        ("email", "@shop.example"),
        ("email", "ada@"),
        ("email", "ada@shop@example"),
        ("email", "a da@shop.example"),
        ("email", "ada@shop.example\n"),
        ("email", "ada\u0007@shop.example"),
        ("email", "a" * 242 + "@shop.example"),
        ("email", None),
        ("email", 5),
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 101),
        ("name", "Ada\nLovelace"),
        ("name", "Ada\tLovelace"),
        ("name", "Ada\x00"),
        ("name", ["Ada"]),
        ("password", 12345678),
        ("password", None),
    ],
)
async def test_what_cannot_be_meant_is_malformed(house: House, name: str, value: object) -> None:
    answer = await house.visitor().send("/api/accounts", {**ADA, name: value})

    assert await code(answer) == (400, "malformed")


@pytest.mark.parametrize("name", ["email", "password", "name"])
async def test_nothing_may_be_missing(house: House, name: str) -> None:
    body = {key: value for key, value in ADA.items() if key != name}

    assert await code(await house.visitor().send("/api/accounts", body)) == (400, "malformed")


@pytest.mark.parametrize(
    ("name", "value"), [("email", "a" * 241 + "@shop.example"), ("name", "x" * 100), ("name", "名")]
)
async def test_the_longest_and_the_shortest_are_allowed(
    house: House, name: str, value: str
) -> None:
    answer = await house.visitor().send("/api/accounts", {**ADA, name: value})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b'{"email":"a","email":"b"}', b"{\xff}", b'{"a":NaN}']
)
async def test_what_is_no_json_object_is_malformed(house: House, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/api/accounts", "/api/session"):
        answer = await house.visitor().ask("POST", path, headers, data=body)

        assert await code(answer) == (400, "malformed")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"]
)
async def test_only_json_is_taken_for_json(house: House, kind: str) -> None:
    for path in ("/api/accounts", "/api/session"):
        answer = await house.visitor().ask("POST", path, {"Content-Type": kind}, data=b"{}")

        assert await code(answer) == (415, "not_json")


async def test_json_may_say_its_charset(house: House) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}

    answer = await house.visitor().ask("POST", "/api/session", headers, data=b"{}")

    assert await code(answer) == (400, "malformed")


async def test_nobody_makes_themselves_staff(house: House) -> None:
    await house.visitor().send("/api/accounts", {**ADA, "staff": True})

    person = await house.database.read(find_by_email, ADA["email"])
    assert person.staff is False


async def test_signing_in_gives_a_new_id_and_ends_the_old_login(house: House) -> None:
    visitor = house.visitor()
    first = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(house, first)

    second = await visitor.send("/api/session", RIGHT)

    assert second.status_code == 200
    assert cookie(second) != cookie(first)
    assert await session_of(house, first) is None
    assert await session_of(house, second) is not None
    assert socket.dismissed == [Farewell.SIGNED_OUT]


async def test_a_login_elsewhere_goes_on(house: House) -> None:
    elsewhere = await house.ada()

    await house.visitor().send("/api/session", RIGHT)

    assert (await elsewhere.get("/api/cart")).status_code == 200


async def test_the_email_address_may_be_written_in_any_case(house: House) -> None:
    await house.ada()

    answer = await house.visitor().send("/api/session", {**RIGHT, "email": "ADA@SHOP.EXAMPLE"})

    assert answer.status_code == 200
    assert (await fields(answer))["name"] == "Ada"


async def test_the_cookie_is_kept_from_scripts_and_other_sites(house: House) -> None:
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


async def test_unknown_email_and_wrong_password_are_alike_in_every_respect(house: House) -> None:
    await house.ada()
    house.database.reads.clear()
    house.database.writes.clear()

    known = await house.visitor().send("/api/session", WRONG)
    asked = (house.database.reads.copy(), house.database.writes.copy())
    house.database.reads.clear()
    house.database.writes.clear()
    unknown = await house.visitor().send("/api/session", {**WRONG, "email": "eve@shop.example"})

    assert await code(known) == (401, "wrong_login")
    assert await known.get_data() == await unknown.get_data()
    assert dict(known.headers) == dict(unknown.headers)
    assert asked == (house.database.reads, house.database.writes)


async def test_from_the_fifth_failure_on_signing_in_has_to_wait(house: House) -> None:
    await house.ada()
    visitor = house.visitor()

    for _ in range(5):
        assert await code(await visitor.send("/api/session", WRONG)) == (401, "wrong_login")
    answer = await visitor.send("/api/session", RIGHT)
    assert await code(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "1"

    house.clock.at_s += 1
    assert await code(await visitor.send("/api/session", WRONG)) == (401, "wrong_login")
    assert (await visitor.send("/api/session", RIGHT)).headers["Retry-After"] == "2"


async def test_an_unknown_email_slows_down_alike(house: House) -> None:
    visitor, eve = house.visitor(), {**WRONG, "email": "eve@shop.example"}

    answers = [await code(await visitor.send("/api/session", eve)) for _ in range(6)]

    assert answers == [(401, "wrong_login")] * 5 + [(429, "throttled")]


async def test_a_stranger_slows_down_only_the_stranger(house: House) -> None:
    await house.ada()
    stranger = house.visitor(address="203.0.113.9")
    for _ in range(6):
        await stranger.send("/api/session", WRONG)

    assert (await stranger.send("/api/session", RIGHT)).status_code == 429
    assert (await house.visitor().send("/api/session", RIGHT)).status_code == 200


async def test_all_addresses_of_a_home_slow_down_together(house: House) -> None:
    for number in range(5):
        guest = house.visitor(address=f"2001:db8::{number}")
        assert (await guest.send("/api/session", WRONG)).status_code == 401

    assert (await house.visitor("2001:db8::99").send("/api/session", WRONG)).status_code == 429
    assert (await house.visitor("2001:db8:0:1::1").send("/api/session", WRONG)).status_code == 401


async def test_tries_at_the_same_time_all_count(house: House) -> None:
    await house.ada()
    visitor = house.visitor()

    answers = await asyncio.gather(*(visitor.send("/api/session", WRONG) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7


async def test_many_right_ones_at_the_same_time_are_all_let_in(house: House) -> None:
    await house.ada()

    answers = await asyncio.gather(
        *(house.visitor().send("/api/session", RIGHT) for _ in range(12))
    )

    assert {answer.status_code for answer in answers} == {200}


async def test_a_success_forgives_earlier_failures(house: House) -> None:
    await house.ada()
    visitor = house.visitor()

    for _ in range(2):
        for _ in range(4):
            assert (await visitor.send("/api/session", WRONG)).status_code == 401
        assert (await visitor.send("/api/session", RIGHT)).status_code == 200


async def test_failures_are_remembered_across_a_restart(url: str) -> None:
    async with open_house(url) as house:
        await house.ada()
        for _ in range(5):
            await house.visitor().send("/api/session", WRONG)

    async with open_house(url) as house:
        assert (await house.visitor().send("/api/session", RIGHT)).status_code == 429


async def test_a_full_queue_of_passwords_is_busy(url: str) -> None:
    async with open_house(url, passwords=Passwords(CHEAP, most=0)) as house:
        for path in ("/api/accounts", "/api/session"):
            answer = await house.visitor().send(path, ADA)

            assert await code(answer) == (503, "busy")
            assert answer.headers["Retry-After"] == "2"
        assert house.database.writes == []


async def test_a_hash_grows_stronger_when_its_owner_signs_in(url: str) -> None:
    async with open_house(url) as house:
        await house.ada()
        old = await house.database.read(find_by_email, ADA["email"])

    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    async with open_house(url, hasher=stronger) as house:
        for _ in range(2):
            assert (await house.visitor().send("/api/session", RIGHT)).status_code == 200
        new = await house.database.read(find_by_email, ADA["email"])

    assert "m=8,t=1" in old.password_hash
    assert "m=16,t=2" in new.password_hash


async def test_an_address_can_register_only_so_often(house: House) -> None:
    def body(number: int) -> dict[str, str]:
        return {**ADA, "email": f"ada{number}@shop.example"}

    statuses = [
        (await house.visitor().send("/api/accounts", body(number))).status_code
        for number in range(10)
    ]
    answer = await house.visitor().send("/api/accounts", body(11))
    elsewhere = await house.visitor("192.0.2.2").send("/api/accounts", body(12))

    assert statuses == [201] * 10
    assert await code(answer) == (429, "throttled")
    assert answer.headers["Retry-After"] == "1"
    assert elsewhere.status_code == 201


async def test_a_slip_does_not_count_as_a_registration(house: House) -> None:
    for _ in range(20):
        answer = await house.visitor().send("/api/accounts", {**ADA, "password": "short"})
        assert answer.status_code == 400

    await house.ada()


async def test_signing_out_ends_the_login_and_its_sockets(house: House) -> None:
    visitor = house.visitor()
    begun = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(house, begun)

    answer = await visitor.ask("DELETE", "/api/session", {})

    assert (answer.status_code, await answer.get_data()) == (204, b"")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert cookie(answer) == ""
    assert await session_of(house, begun) is None
    assert socket.dismissed == [Farewell.SIGNED_OUT]


async def test_a_copied_cookie_is_worth_nothing_after_signing_out(house: House) -> None:
    visitor = house.visitor()
    copied = cookie(await visitor.send("/api/accounts", ADA))
    await visitor.ask("DELETE", "/api/session", {})

    answer = await house.visitor().get("/api/cart", Cookie=f"shop={copied}")

    assert await code(answer) == (401, "login_required")


@pytest.mark.parametrize("value", ["", "x", "InUtMSI.Zz.zz", "é"])
async def test_a_made_up_cookie_is_no_login(house: House, value: str) -> None:
    answer = await house.visitor().get("/api/cart", Cookie=f"shop={value}")

    assert await code(answer) == (401, "login_required")
    assert house.database.reads == []


async def test_signing_out_needs_a_login(house: House) -> None:
    answer = await house.visitor().ask("DELETE", "/api/session", {})

    assert await code(answer) == (401, "login_required")


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


async def test_a_use_is_not_written_down_for_every_request(house: House) -> None:
    ada = await house.ada()
    house.database.writes.clear()

    for _ in range(3):
        await ada.get("/api/cart")
    assert house.database.writes == []

    house.clock.at_s += 3600
    for _ in range(3):
        await ada.get("/api/cart")
    assert house.database.writes == ["touch_session"]


async def test_a_use_that_cannot_be_written_down_just_now_is_no_fault(house: House) -> None:
    ada = await house.ada()
    house.clock.at_s += 3600
    house.database.writes_fail = True

    assert (await ada.get("/api/cart")).status_code == 200
    assert house.database.writes[-1] == "touch_session"


async def test_a_use_over_http_renews_the_login_for_open_sockets_too(house: House) -> None:
    visitor = house.visitor()
    begun = await visitor.send("/api/accounts", ADA)
    socket = await with_socket(house, begun)

    house.clock.at_s += 2 * DAY_S
    await visitor.get("/api/cart")
    house.clock.at_s += 2 * DAY_S
    house.desk.sessions.sweep()

    assert socket.dismissed == []


async def test_the_database_away_is_busy_and_signs_nobody_out(house: House) -> None:
    ada = await house.ada()
    house.database.is_away = True

    for answer in (
        await ada.get("/api/cart"),
        await ada.send("/api/session", RIGHT),
        await ada.ask("DELETE", "/api/session", {}),
        await house.visitor().send("/api/accounts", {**ADA, "email": "bob@shop.example"}),
    ):
        assert await code(answer) == (503, "busy")
        assert "Set-Cookie" not in answer.headers

    house.database.is_away = False
    assert (await ada.get("/api/cart")).status_code == 200


async def test_short_logins_are_possible(url: str) -> None:
    async with open_house(url, lifetime=Lifetime(absolute_s=60, idle_s=10)) as house:
        ada: Visitor = await house.ada()
        statuses = []
        for _ in range(7):
            house.clock.at_s += 9
            statuses.append((await ada.get("/api/cart")).status_code)

    assert statuses == [200] * 6 + [401]
