"""The forms of an account's addresses."""

import re

import pytest

from tests.http.harness import HttpHarness
from tests.http.visitor import Visitor, notices, text

HOME = {
    "name": "Ada Byron",
    "line1": "12 St James's Square",
    "line2": "",
    "city": "London",
    "postcode": "SW1Y 4JH",
}
WORK = {**HOME, "line1": "1 Dorset Street", "postcode": "W1U 4EG"}
NEW = "/account/addresses/new"


async def notice_after(visitor: Visitor, path: str, form: dict[str, str] | None = None) -> str:
    """Send a form, and return the notice on the account's page after it."""
    answer = await visitor.post(path, form)
    assert (answer.status_code, answer.location) == (303, "/account")
    return notices(await text(await visitor.get("/account")))


async def kept(visitor: Visitor) -> list[str]:
    """Return the addresses on the account's page, by the URLs that change them."""
    page = await text(await visitor.get("/account"))
    return re.findall(r'href="(/account/addresses/[0-9a-f-]{36})"', page)


async def test_an_address_is_added_without_the_spaces_around_it(harness: HttpHarness) -> None:
    ada = await harness.ada()

    assert await notice_after(ada, NEW, {**HOME, "city": " London "}) == "ok: The address is added."

    assert "12 St James's Square, London SW1Y 4JH" in await text(await ada.get("/account"))


async def test_the_form_begins_with_the_name_of_the_account(harness: HttpHarness) -> None:
    page = await text(await (await harness.ada()).get(NEW))

    assert 'value="Ada"' in page
    for token in ("name", "address-line1", "address-line2", "address-level2", "postal-code"):
        assert f'autocomplete="{token}"' in page


async def test_an_address_is_changed(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.post(NEW, HOME)
    (home,) = await kept(ada)

    assert f'value="{HOME["line1"]}"' in await text(await ada.get(home))
    assert await notice_after(ada, home, WORK) == "ok: The address is changed."

    assert "1 Dorset Street, London W1U 4EG" in await text(await ada.get("/account"))
    assert await kept(ada) == [home]


async def test_another_address_is_offered_first(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.post(NEW, HOME)
    await ada.post(NEW, WORK)
    work, home = await kept(ada)

    assert await notice_after(ada, f"{home}/first") == "ok: Your default address is changed."

    assert await kept(ada) == [home, work]


async def test_an_address_is_removed(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.post(NEW, HOME)
    (home,) = await kept(ada)

    assert await notice_after(ada, f"{home}/remove") == "ok: The address is removed."

    assert await kept(ada) == []
    assert (await ada.get(home)).status_code == 404


async def test_all_faults_are_reported_beside_their_fields_and_nothing_typed_is_lost(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await ada.post(NEW, WORK)

    for path in (NEW, *await kept(ada)):
        answer = await ada.post(path, {**HOME, "city": " ", "postcode": "x" * 17})

        page = await text(answer)
        assert answer.status_code == 400
        faulty = re.findall(r'id="(\w+)"[^>]*aria-invalid="true" aria-describedby="(\S+)"', page)
        assert faulty == [("city", "city-fault"), ("postcode", "postcode-fault")]
        assert len(re.findall("autofocus", page)) == 1
        assert '<p class="fault" id="city-fault">Please fill this in.</p>' in page
        assert f'value="{HOME["line1"]}"' in page
    assert len(await kept(ada)) == 1


async def test_the_number_of_addresses_is_limited(harness: HttpHarness) -> None:
    ada = await harness.ada()
    for number in range(20):
        await ada.post(NEW, {**HOME, "line1": f"{number} High Street"})

    answer = await ada.post(NEW, HOME)

    assert answer.status_code == 409
    page = await text(answer)
    assert "Remove one first." in page
    assert f'value="{HOME["line1"]}"' in page
    assert len(await kept(ada)) == 20


@pytest.mark.parametrize("act", ["", "/first", "/remove"])
async def test_an_account_cannot_change_the_addresses_of_another(
    harness: HttpHarness, act: str
) -> None:
    bob = await harness.ada(email="bob@shop.example")
    await bob.post(NEW, HOME)
    (home,) = await kept(bob)
    ada = await harness.ada()

    for path in (home, home[:-12] + "0" * 12):
        assert (await ada.post(f"{path}{act}", WORK)).status_code == 404
        assert (await ada.get(path)).status_code == 404

    assert "12 St James's Square" in await text(await bob.get("/account"))


async def test_addresses_need_a_login(harness: HttpHarness) -> None:
    for method in ("GET", "POST"):
        answer = await harness.visitor().ask(method, NEW, {"Origin": "http://localhost"})

        back = "%2Faccount%2Faddresses%2Fnew"
        assert (answer.status_code, answer.location) == (303, f"/login?next={back}")
