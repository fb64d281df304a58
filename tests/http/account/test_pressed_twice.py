"""Forms of accounts whose button is pressed twice: each does once what it does."""

import asyncio

import pytest
from quart import Response

from app.store.addresses import load_addresses
from app.store.sessions import load_sessions
from tests.http.harness import HttpHarness, open_harness
from tests.http.html_forms import read_page
from tests.http.logins import cookie, session_of
from tests.http.order_helpers import HOME, MILK
from tests.http.visitor import ADA, PASSWORD, Visitor, notices, text

SIGNED_OUT = "ok: You are signed out."


async def filled(visitor: Visitor, page: str, action: str, **typed: str) -> dict[str, str]:
    """Return the form of *page* that is sent to *action*, with what is *typed* into it."""
    _, forms = read_page(await (await visitor.get(page)).get_data(as_text=True))
    (form,) = (form for form in forms if form.action == action)
    return dict(form.fields) | typed


async def press_twice(
    visitor: Visitor, path: str, form: dict[str, str]
) -> tuple[Response, Response]:
    """Send *form* twice at the same time, both times with the cookies that there were before."""
    first, second = await asyncio.gather(visitor.post(path, form), visitor.post(path, form))
    return first, second


async def test_a_second_press_while_registering_is_signed_in_too(harness: HttpHarness) -> None:
    visitor = harness.visitor()
    form = await filled(visitor, "/register?next=/cart", "/register", **ADA)

    first, second = await press_twice(visitor, "/register", form)

    assert (first.location, second.location) == ("/cart", "/cart")
    assert await session_of(harness, first) == await session_of(harness, second) is not None


@pytest.mark.parametrize("confirm", ["on", "off"])
async def test_registering_once_more_on_another_server_makes_no_second_account(
    url: str, confirm: str
) -> None:
    async with open_harness(url, confirm=confirm) as here, open_harness(url) as there:
        visitor, again = here.visitor(), there.visitor()
        form = await filled(visitor, "/register?next=/cart", "/register", **ADA)

        await visitor.post("/register", form)
        answer = await again.post("/register", form)

        assert answer.location == "/cart"
        assert await account_of(again) == await account_of(visitor)


async def test_the_form_of_a_registration_with_another_password_counts_as_a_guess(
    harness: HttpHarness,
) -> None:
    visitor = harness.visitor()
    form = await filled(visitor, "/register", "/register", **ADA)
    await visitor.post("/register", form)
    stranger, guess = harness.visitor("192.0.2.9"), form | {"password": "not that password"}

    answers = [await stranger.post("/register", guess) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_signing_in_twice_adds_the_wanted_product_once(harness: HttpHarness) -> None:
    await harness.ada()
    visitor = harness.visitor()
    form = await filled(visitor, f"/login?add={MILK}", "/login", **ADA)

    await press_twice(visitor, "/login", form)
    again = harness.visitor()
    await again.post("/login", form | {"elsewhere": "1"})

    assert await again.lines() == {MILK: 1}
    assert "Added Whole milk" in notices(await text(await visitor.get("/")))


async def test_signing_in_twice_begins_one_session(harness: HttpHarness) -> None:
    ada, visitor = await harness.ada(), harness.visitor()
    form = await filled(visitor, "/login", "/login", **ADA)

    first, _ = await press_twice(visitor, "/login", form)

    session = await session_of(harness, first)
    assert session
    sessions = await harness.database.read(
        load_sessions, session.account, harness.context.lifetime, int(harness.clock.at_s)
    )
    assert len(sessions) == 2
    assert (await ada.get("/account")).status_code == 200


async def test_a_password_is_changed_once_and_both_presses_stay_signed_in(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    typed = {"current": PASSWORD, "new": "eight green bottles"}
    form = await filled(ada, "/account", "/account/password", **typed)

    first, second = await press_twice(ada, "/account/password", form)

    assert (first.location, second.location) == ("/account", "/account")
    assert await session_of(harness, first) == await session_of(harness, second) is not None
    page = await text(await ada.get("/account"))
    assert "Your password is changed," in notices(page)


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one after the other"])
async def test_a_password_is_changed_once_though_another_process_is_asked_again(
    harness: HttpHarness, url: str, *, at_once: bool
) -> None:
    begun = await harness.visitor().send("/api/accounts", ADA)
    signed_in = {"Cookie": f"shop={cookie(begun)}"}
    form = {"current": PASSWORD, "new": "eight green bottles", "page_key": "one key"}
    async with open_harness(url) as elsewhere:
        here, there = harness.visitor(), elsewhere.visitor()
        first = here.post("/account/password", form, **signed_in)
        second = there.post("/account/password", form, **signed_in)
        if at_once:
            answers = [*await asyncio.gather(first, second)]
        else:
            answers = [await first, await second]
        pages = [notices(await text(await each.get("/account"))) for each in (here, there)]
        guess = {**form, "new": "not that password", "page_key": "another"}
        refused = await elsewhere.visitor().post("/account/password", guess, **signed_in)

    assert [answer.location for answer in answers] == ["/account"] * 2
    assert all("Your password is changed" in page for page in pages)
    assert refused.location == "/login?next=%2Faccount"


async def test_an_address_is_added_once_though_another_process_is_asked_again(
    harness: HttpHarness, url: str
) -> None:
    ada = harness.visitor()
    signed_in = {"Cookie": f"shop={cookie(await ada.send('/api/accounts', ADA))}"}
    new = await filled(ada, "/account/addresses/new", "/account/addresses/new", **HOME)
    async with open_harness(url) as elsewhere:
        await asyncio.gather(
            ada.post("/account/addresses/new", new),
            elsewhere.visitor().post("/account/addresses/new", new, **signed_in),
        )

    assert len(await harness.database.read(load_addresses, await account_of(ada))) == 1


async def test_an_address_is_added_and_removed_once(harness: HttpHarness) -> None:
    ada = await harness.ada()
    new = await filled(ada, "/account/addresses/new", "/account/addresses/new", **HOME)

    await press_twice(ada, "/account/addresses/new", new)

    (saved,) = await harness.database.read(load_addresses, await account_of(ada))
    remove = f"/account/addresses/{saved.id}/remove"
    form = await filled(ada, remove, remove)
    assert len(await harness.database.read(load_addresses, await account_of(ada))) == 1
    first, second = await press_twice(ada, remove, form)
    assert (first.location, second.location) == ("/account", "/account")


async def test_signing_out_twice_is_signing_out(harness: HttpHarness) -> None:
    ada = await harness.ada()
    form = await filled(ada, "/", "/logout")

    first, second = await press_twice(ada, "/logout", form)

    for answer in (first, second):
        assert (answer.status_code, answer.location) == (303, "/")
        assert "Clear-Site-Data" in answer.headers
    assert notices(await text(await ada.get("/"))) == SIGNED_OUT


async def test_a_form_that_was_refused_is_tried_again(harness: HttpHarness) -> None:
    await harness.ada()
    visitor = harness.visitor()
    form = await filled(visitor, "/login", "/login", email=ADA["email"], password="wrong")

    first, second = await press_twice(visitor, "/login", form)

    assert (first.status_code, second.status_code) == (401, 401)


async def test_a_form_counts_again_after_a_while(harness: HttpHarness) -> None:
    ada = await harness.ada()
    form = await filled(ada, "/account", "/account/name", name="Ada L.")

    for _ in range(2):
        await ada.post("/account/name", form)
        harness.clock.at_s += 11
        await ada.post("/account/name", form | {"name": "Ada K."})
        harness.clock.at_s += 11

    assert "Ada K." in await text(await ada.get("/account"))


async def test_what_is_changed_back_on_the_same_page_is_changed_and_not_only_said_to_be(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    form = await filled(ada, "/account", "/account/name", name="Ada L.")

    for name in ("Ada L.", "Ada K.", "Ada L."):
        await ada.post("/account/name", form | {"name": name})

    page = await text(await ada.get("/account"))
    assert "Ada L." in page
    assert "Ada K." not in page


async def account_of(visitor: Visitor) -> str:
    """Return the id of the account that is signed in."""
    account: str = (await (await visitor.get("/api/cart")).get_json(force=True))["account"]
    return account
