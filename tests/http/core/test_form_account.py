"""Every form names the account of its page, and is refused for another one."""

import re
from uuid import uuid4

import pytest

from tests.http.harness import HttpHarness
from tests.http.visitor import Visitor, fields, text

PAGES = ("/", "/shop", "/p/gala-apples", "/cart", "/checkout", "/orders", "/account")
APPLES = "gala-apples-1kg"
MINE = re.compile(r'<form\b[^>]*method="post"[^>]*>(?:<input type="hidden" name="account"[^>]*>)?')


async def account_of(visitor: Visitor) -> str:
    """Return the id of the account that is signed in."""
    account: str = (await fields(await visitor.get("/api/cart")))["account"]
    return account


async def two_accounts(harness: HttpHarness) -> tuple[Visitor, str]:
    """Return a visitor who is signed in, and the id of another account."""
    ada = await harness.ada()
    return await harness.ada(email="bob@shop.example"), await account_of(ada)


@pytest.mark.parametrize("path", PAGES)
async def test_every_form_that_changes_something_names_its_account(
    harness: HttpHarness, path: str
) -> None:
    ada = await harness.ada()
    await ada.form("/cart/add", sku=APPLES, qty="1")
    mine = f'<input type="hidden" name="account" value="{await account_of(ada)}">'

    forms = MINE.findall(await text(await ada.get(path)))

    assert forms
    assert [form for form in forms if not form.endswith(mine)] == []


async def test_without_a_login_no_form_names_an_account(harness: HttpHarness) -> None:
    assert 'name="account"' not in await text(await harness.visitor().get("/shop"))


@pytest.mark.parametrize(
    "path", ["/cart/add", "/checkout", "/account/name", "/account/password", "/logout"]
)
async def test_a_form_of_another_account_is_refused_in_words(
    harness: HttpHarness, path: str
) -> None:
    bob, other = await two_accounts(harness)
    form = {"account": other, "key": str(uuid4()), "sku": APPLES, "qty": "1", "name": "Eve"}

    answer = await bob.post(path, form)

    page = await text(answer)
    assert answer.status_code == 409
    assert "<h1>Another account is signed in</h1>" in page
    assert "Nothing was changed." in page
    assert await bob.lines() == {}
    assert "Eve" not in await text(await bob.get("/account"))


async def test_ops_of_another_account_are_refused_before_they_are_read(
    harness: HttpHarness,
) -> None:
    bob, other = await two_accounts(harness)
    op = {"n": 1, "k": "line.add", "sku": APPLES, "qty": 1}

    refused = await bob.send(
        "/api/cart/ops", {"account": other, "outbox": str(uuid4()), "ops": [op]}
    )
    done = await bob.send(
        "/api/cart/ops",
        {"account": await account_of(bob), "outbox": str(uuid4()), "ops": [op]},
    )

    assert (refused.status_code, (await fields(refused))["code"]) == (409, "other_account")
    assert done.status_code == 200
    assert await bob.lines() == {APPLES: 1}


@pytest.mark.parametrize("account", [None, 5, ["u-1"], True])
async def test_an_account_that_is_no_text_is_malformed_and_not_somebody_elses(
    harness: HttpHarness, account: object
) -> None:
    bob, _ = await two_accounts(harness)

    answer = await bob.send(
        "/api/cart/ops", {"account": account, "outbox": str(uuid4()), "ops": []}
    )

    assert (answer.status_code, (await fields(answer))["code"]) == (400, "malformed")
