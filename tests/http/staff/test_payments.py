"""Staff's page of a payment by card, and the money that they give back."""

import re

from app.domain.orders import OrderNumber
from app.domain.payments import RECHECK_EVERY_S, Dispute
from tests.http.form_crawl import have_payment_troubles
from tests.http.harness import open_harness
from tests.http.order_helpers import order, stocked_cart, wanted
from tests.http.orders.test_payment_pages import reconcile
from tests.http.orders.test_webhooks import tell
from tests.http.staff_helpers import grace
from tests.http.visitor import Visitor, notices, text
from tests.services.fake_provider import FakeProvider


async def give_back(staff: Visitor, number: str, amount: str, **fields: str) -> str:
    """Send the form of the payment's page as it is now; return the notice on the next page."""
    page = f"/staff/orders/{number}/payment"
    found = re.search('name="nr" value="([0-9]+)"', await text(await staff.get(page)))
    form = {"nr": found[1] if found else "", "amount": amount, "reason": "Bruised.", **fields}
    answer = await staff.post(f"/staff/orders/{number}/refund", form)
    assert (answer.status_code, answer.location) == (303, page)
    return notices(await text(await staff.get(page)))


async def test_staff_see_a_payment_and_give_back_no_more_than_was_taken(url: str) -> None:
    provider = FakeProvider()
    async with open_harness(url, provider=provider) as shop:
        ada, staff = await stocked_cart(shop), await grace(shop)
        placed = await (await order(ada, await wanted(ada, pay="card"))).get_json()
        number, page = OrderNumber(placed["number"]), f"/staff/orders/{placed['number']}/payment"
        listed = await text(await staff.get("/staff/orders?state=awaiting_payment"))
        assert f'href="{page}"' in listed
        assert "Mark as packed" not in listed
        assert "Not paid yet" in await text(await staff.get(page))

        provider.pay(number)
        await reconcile(shop, 60)
        assert "Held on the card" in await text(await staff.get(page))
        assert "at most £7.70" in await give_back(staff, number, "7.71")
        assert "enter an amount" in await give_back(staff, number, "much")
        assert "a reason" in await give_back(staff, number, "1", reason=" ")
        assert "£0.70 goes back" in await give_back(staff, number, "0.70")
        assert "meanwhile" in await give_back(staff, number, "0.70", nr="1")
        await shop.move_on(number)
        await reconcile(shop)
        taken = await text(await staff.get(page))
        assert ("Taken: £7.00" in taken, "not taken in the first place" in taken) == (True, True)

        provider.is_away = True
        await give_back(staff, number, "2")
        await reconcile(shop)
        assert "We keep trying" in await text(await staff.get(page))
        provider.is_away = False
        await reconcile(shop, 60)
        assert "Given back: £2.00" in await text(await staff.get(page))
        assert "£2.00 was given back to your card." in await text(
            await ada.get(f"/orders/{number}")
        )


async def test_an_order_that_is_paid_on_delivery_has_no_such_page(url: str) -> None:
    async with open_harness(url) as shop:
        ada, staff = await stocked_cart(shop), await grace(shop)
        placed = await (await order(ada, await wanted(ada))).get_json()

        for number in (placed["number"], "2222-2222"):
            assert (await staff.get(f"/staff/orders/{number}/payment")).status_code == 404


async def test_staff_see_to_a_hold_that_lapsed_and_to_a_refund_that_came_back(url: str) -> None:
    provider = FakeProvider()
    async with open_harness(url, provider=provider) as shop:
        ada, staff = await shop.ada(), await grace(shop)
        lapsed, failed = await have_payment_troubles(shop, provider, ada)
        listed = await text(await staff.get("/staff/orders"))
        assert "Nothing is held on the card any more" in listed
        assert "A refund has come back" in listed
        assert "Nothing is held on your card any more" in await text(
            await ada.get(f"/orders/{lapsed}")
        )

        done = await see_to(staff, lapsed, "on-delivery")
        assert "paid on delivery now" in done
        assert "meanwhile" in await see_to(staff, lapsed, "on-delivery")
        assert "You pay on delivery" in await text(await ada.get(f"/orders/{lapsed}"))
        assert "tried again" in await see_to(staff, failed, "refund/again", nr="1")
        await reconcile(shop)
        assert provider.fail_refund(failed, f"{failed}:refund:1.2")
        await reconcile(shop, RECHECK_EVERY_S)
        assert "meanwhile" in await see_to(staff, failed, "refund/elsewhere", nr="one")
        assert "Noted" in await see_to(staff, failed, "refund/elsewhere", nr="1")
        assert "Payments to see to" not in await text(await staff.get("/staff/orders"))
        assert "given back in another way" in await text(
            await staff.get(f"/staff/orders/{failed}/payment")
        )


async def test_a_dispute_is_told_by_the_payment_that_it_names(url: str) -> None:
    provider = FakeProvider()
    async with open_harness(url, provider=provider) as shop:
        ada, staff = await stocked_cart(shop), await grace(shop)
        placed = await (await order(ada, await wanted(ada, pay="card"))).get_json()
        number = OrderNumber(placed["number"])
        provider.pay(number)
        await reconcile(shop, 60)
        for event, dispute in enumerate((Dispute.OPEN, Dispute.WON)):
            provider.known[number] = provider.known[number]._replace(dispute=dispute)
            assert (await tell(shop, f"pi-{number}", f"evt_{event}")).status_code == 204
            assert (await tell(shop, "pi-of-another", f"other_{event}")).status_code == 204
            await reconcile(shop)
            page = await text(await staff.get(f"/staff/orders/{number}/payment"))
            is_open = dispute is Dispute.OPEN
            assert ("objects to this payment" in page) == is_open
            assert ("decided for the shop" in page) == (not is_open)


async def see_to(staff: Visitor, number: str, act: str, **fields: str) -> str:
    """Send a form of the payment's page; return the notice on the next page."""
    answer = await staff.post(f"/staff/orders/{number}/{act}", fields)
    return notices(await text(await staff.get(str(answer.location))))
