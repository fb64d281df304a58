"""Cancelling an order is asked about, and its page says what is true afterwards."""

from uuid import uuid4

import pytest

from tests.http.harness import HttpHarness
from tests.http.order_helpers import order, stocked_cart, wanted
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, fields, notices, text

pytestmark = pytest.mark.on_both

PAY, NOTHING = (
    "You pay on delivery, in cash or by card.",
    "This order is cancelled. There is nothing to pay.",
)
QUESTION = "<h1>Cancel order {}?</h1>"


async def placed(harness: HttpHarness) -> tuple[Visitor, str]:
    """Return a customer, and the number of an order of theirs."""
    ada = await stocked_cart(harness)
    number: str = (await fields(await order(ada, await wanted(ada))))["number"]
    return ada, number


def shown(page: str, sentence: str) -> bool:
    """Say whether *page* shows *sentence* in a paragraph that is not hidden."""
    before, found, _ = page.partition(f">{sentence}</p>")
    return bool(found) and not before.endswith(" hidden")


async def test_one_press_asks_and_changes_nothing(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    page = await text(await ada.get(f"/orders/{number}"))
    assert f'href="/orders/{number}/cancel"' in page
    assert f'action="/orders/{number}/cancel"' not in page

    question = await text(await ada.get(f"/orders/{number}/cancel"))

    assert QUESTION.format(number) in question
    assert f'href="/orders/{number}">Keep order' in question
    assert (await fields(await ada.get(f"/api/orders/{number}")))["state"] == "placed"


async def test_after_the_answer_the_page_says_that_there_is_nothing_to_pay(
    harness: HttpHarness,
) -> None:
    ada, number = await placed(harness)
    before = await text(await ada.get(f"/orders/{number}"))

    assert (shown(before, PAY), shown(before, NOTHING)) == (True, False)
    for _ in range(2):
        await ada.post(f"/orders/{number}/cancel")
        page = await text(await ada.get(f"/orders/{number}"))
        assert notices(page) == "ok: Your order is cancelled. There is nothing to pay."
        assert (shown(page, PAY), shown(page, NOTHING)) == (False, True)


async def test_an_order_that_is_packed_is_not_asked_about(harness: HttpHarness) -> None:
    ada, number = await placed(harness)
    await harness.move_on(number)

    answer = await ada.get(f"/orders/{number}/cancel")

    assert answer.location == f"/orders/{number}"
    assert "already been packed" in notices(await text(await ada.get(f"/orders/{number}")))


async def test_the_question_about_anothers_order_is_not_found(harness: HttpHarness) -> None:
    _, number = await placed(harness)
    bob = await harness.ada(email="bob@shop.example")

    assert (await bob.get(f"/orders/{number}/cancel")).status_code == 404
    assert (await bob.get(f"/staff/orders/{number}/cancel")).status_code == 404


async def test_staff_are_asked_too_and_come_back_to_where_they_were(harness: HttpHarness) -> None:
    _, number = await placed(harness)
    staff, back = await grace(harness), "/staff/orders?state=placed"

    question = await text(await staff.get(f"/staff/orders/{number}/cancel?next={back}"))

    assert QUESTION.format(number) in question
    assert f'href="{back}">Keep order' in question
    form = {"state": "placed", "next": back}
    for _ in range(2):
        answer = await staff.post(f"/staff/orders/{number}/cancel", form)
        assert answer.location == back
        page = await text(await staff.get("/staff/orders"))
        assert "cancelled. Its products are back in stock." in notices(page)


async def test_a_second_press_on_move_says_what_the_first_did(harness: HttpHarness) -> None:
    _, number = await placed(harness)
    staff = await grace(harness)
    form = {"state": "placed", "page_key": str(uuid4())}

    for _ in range(2):
        await staff.post(f"/staff/orders/{number}/move", form)
        assert notices(await text(await staff.get("/staff/orders"))) == f"ok: {number}: packed."
