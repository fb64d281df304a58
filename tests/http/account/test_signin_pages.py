"""The pages to sign in, register and sign out."""

import re

import pytest
from quart import Response

from tests.http.harness import HttpHarness
from tests.http.visitor import ADA, PASSWORD, Visitor, notices, text

RIGHT = {"email": ADA["email"], "password": PASSWORD}
PAGE_KEY = re.compile(r'name="page_key" value="[^"]*"')
WRONG = {"email": ADA["email"], "password": "seven green bricks"}


async def registered(harness: HttpHarness) -> Visitor:
    """Return a new browser, after Ada has registered with another."""
    await harness.ada()
    return harness.visitor()


def led_to(answer: Response) -> str:
    """Return where *answer* redirects to."""
    assert answer.status_code == 303
    return answer.headers["Location"]


async def test_the_forms_carry_the_page_to_return_to_and_the_product(harness: HttpHarness) -> None:
    for path in ("/login", "/register"):
        page = await text(await harness.visitor().get(f"{path}?next=/shop%3Fpage%3D2&add=milk-2l"))

        assert '<input type="hidden" name="next" value="/shop?page=2">' in page
        assert '<input type="hidden" name="add" value="milk-2l">' in page
        assert 'href="/login?next=/shop%3Fpage%3D2"' in page
        assert 'href="/register?next=/shop%3Fpage%3D2&add=milk-2l"' in page or path == "/register"


@pytest.mark.parametrize(("form", "field"), [({}, "name"), ({**ADA, "password": "1"}, "password")])
async def test_the_form_begins_where_something_is_missing(
    harness: HttpHarness, form: dict[str, str], field: str
) -> None:
    visitor = harness.visitor()

    answer = await (visitor.post("/register", form) if form else visitor.get("/register"))

    focused = re.findall(r'<input id="(\w+)"[^>]* autofocus>', await text(answer))
    assert focused == [field]


async def test_registering_leads_on_and_signs_in(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    answer = await visitor.post("/register", {**ADA, "next": "/shop?page=2"})

    assert led_to(answer) == "/shop?page=2"
    assert "Ada" in await text(await visitor.get("/"))


async def test_signing_in_leads_on(harness: HttpHarness) -> None:
    visitor = await registered(harness)

    assert led_to(await visitor.post("/login", {**RIGHT, "next": "/p/milk"})) == "/p/milk"
    assert (await visitor.get("/cart")).status_code == 200


async def test_the_product_chosen_before_signing_in_is_added(harness: HttpHarness) -> None:
    visitor = await registered(harness)

    pressed = await visitor.post(
        "/cart/add", {"sku": "milk-2l", "qty": "1", "next": "/shop?page=2"}
    )
    assert led_to(pressed) == "/login?next=%2Fshop%3Fpage%3D2&add=milk-2l"
    entered = await visitor.post("/login", {**RIGHT, "next": "/shop?page=2", "add": "milk-2l"})

    assert led_to(entered) == "/shop?page=2"
    assert (
        notices(await text(await visitor.get("/shop?page=2"))) == "ok: Added Whole milk, 2 litres."
    )
    assert await visitor.lines() == {"milk-2l": 1}


async def test_the_product_chosen_before_registering_is_added(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    await visitor.post("/register", {**ADA, "add": "milk-2l"})

    assert await visitor.lines() == {"milk-2l": 1}


@pytest.mark.parametrize("add", ["", "no such thing", "../milk", "Milk"])
async def test_an_unknown_product_is_not_added_after_signing_in(
    harness: HttpHarness, add: str
) -> None:
    visitor = harness.visitor()

    await visitor.post("/register", {**ADA, "add": add})

    assert notices(await text(await visitor.get("/"))) == ""
    assert (await visitor.cart())["rev"] == 0


async def test_a_link_adds_nothing_to_the_cart_of_a_signed_in_visitor(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for path in ("/login", "/register"):
        assert led_to(await ada.get(f"{path}?next=/shop&add=milk-2l")) == "/shop"

    assert await ada.lines() == {}


@pytest.mark.parametrize("leads_away", ["//evil.example", "/\\evil.example", "/%09/evil.example"])
async def test_signing_in_never_redirects_to_another_site(
    harness: HttpHarness, leads_away: str
) -> None:
    visitor = await registered(harness)

    assert led_to(await visitor.post("/login", {**RIGHT, "next": leads_away})) == "/"
    assert led_to(await visitor.post("/login", {**RIGHT, "next": ""})) == "/"
    page = await text(await harness.visitor().get("/login", Host="localhost"))
    assert '<input type="hidden" name="next" value="/">' in page


async def test_a_wrong_password_leaves_the_form_as_it_was(harness: HttpHarness) -> None:
    visitor = await registered(harness)

    answer = await visitor.post("/login", {**WRONG, "next": "/shop", "add": "milk-2l"})

    page = await text(answer)
    assert answer.status_code == 401
    assert "Check both and try again." in page
    assert f'value="{ADA["email"]}"' in page
    assert '<input type="hidden" name="next" value="/shop">' in page
    assert '<input type="hidden" name="add" value="milk-2l">' in page
    assert WRONG["password"] not in page
    assert "Set-Cookie" not in answer.headers


async def test_unknown_email_and_wrong_password_get_the_same_page(harness: HttpHarness) -> None:
    visitor = await registered(harness)

    known = await visitor.post("/login", WRONG)
    unknown = await visitor.post("/login", {**WRONG, "email": "eve@shop.example"})

    own, other = [PAGE_KEY.sub("", await text(page)) for page in (known, unknown)]
    assert own.replace(ADA["email"], "eve@shop.example") == other
    assert {**known.headers, "Content-Length": ""} == {**unknown.headers, "Content-Length": ""}


async def test_too_many_failures_say_how_long_to_wait(harness: HttpHarness) -> None:
    visitor = await registered(harness)
    for _ in range(5):
        await visitor.post("/login", WRONG)

    answer = await visitor.post("/login", RIGHT)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "Wait 1 second and" in await text(answer)


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"password": "Password123"}, 400, "Too many people use this password"),
        ({"password": "seven77"}, 400, "8 to 128 characters"),
        ({"email": "ada"}, 400, "with one @"),
        ({"name": ""}, 400, "Enter a name of 1 to 100 characters"),
        ({"email": "bob@shop.example", "password": "ten small red hens"}, 409, "Sign in to it"),
    ],
)
async def test_a_mistake_in_registering_is_explained_and_nothing_is_lost(
    harness: HttpHarness, changes: dict[str, str], status: int, sentence: str
) -> None:
    await harness.ada(email="bob@shop.example")
    form = {**ADA, "name": "Ada <3", "next": "/shop", **changes}

    answer = await harness.visitor().post("/register", form)

    page = await text(answer)
    assert answer.status_code == status
    assert sentence in page
    assert f'value="{form["email"]}"' in page
    assert f'value="{form["name"]}"' in page
    assert '<input type="hidden" name="next" value="/shop">' in page
    assert form["password"] not in page


async def test_a_form_without_fields_is_explained(harness: HttpHarness) -> None:
    for path in ("/login", "/register"):
        answer = await harness.visitor().post(path)
        assert answer.status_code == 400
        assert "Enter your e-mail address and password." in await text(answer)


async def test_without_the_database_the_form_says_so(harness: HttpHarness) -> None:
    visitor = await registered(harness)
    harness.database.is_away = True

    answer = await visitor.post("/login", RIGHT)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert f'value="{ADA["email"]}"' in await text(answer)


async def test_signing_out_clears_what_the_browser_keeps(harness: HttpHarness) -> None:
    ada = await harness.ada()

    answer = await ada.post("/logout")

    assert led_to(answer) == "/"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert notices(await text(await ada.get("/"))) == "ok: You are signed out."
    assert (await ada.get("/api/cart")).status_code == 401


async def test_a_page_that_clears_its_own_account_leaves_what_is_kept_of_others(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()

    answer = await ada.post("/logout", {"clears": "1"})

    assert answer.headers["Clear-Site-Data"] == '"cache"'


async def test_signing_out_twice_is_no_error(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.post("/logout")

    assert led_to(await ada.post("/logout")) == "/"


async def test_signing_out_fails_while_the_database_is_away(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.is_away = True

    answer = await ada.post("/logout")

    assert answer.status_code == 503
    assert "Clear-Site-Data" not in answer.headers
    harness.database.is_away = False
    assert (await ada.get("/api/cart")).status_code == 200
