"""A shared cart without a script: each page shows one cart, and its forms change that one."""

import re
from uuid import uuid4

from quart import Response

from tests.http.account.test_household_api import BEN, CLEO, family, invites, joins, submits
from tests.http.cart.test_api import add
from tests.http.harness import HttpHarness
from tests.http.html_forms import HtmlForm, read_page
from tests.http.order_helpers import APPLES, HOME, MILK
from tests.http.visitor import PASSWORD, Visitor, fields, notices, text


async def shown_by(visitor: Visitor, path: str = "/cart") -> str:
    """Return a page."""
    return await text(await visitor.get(path))


async def chooses(visitor: Visitor, cart: str) -> str:
    """Choose a cart, and return the cart page."""
    assert (
        await visitor.post("/cart/choose", {"choose": cart, "next": "/cart"})
    ).status_code == 303
    return await shown_by(visitor)


def form_on(page: str, action: str, **wanted: str) -> HtmlForm:
    """Return the form of *page* that is sent to *action* with these fields."""
    for form in read_page(page)[1]:
        targets = {target for target, _ in form.sent()}
        if action in targets and wanted.items() <= dict(form.fields).items():
            return form
    raise AssertionError(f"no form for {action}")


async def sends(visitor: Visitor, page: str, action: str, **more: str) -> str:
    """Send the form of *page* for *action*, changed by *more*; return the notices that follow."""
    sku = {"sku": more["sku"]} if "sku" in more else {}
    form = {**dict(form_on(page, action, **sku).fields), "key": str(uuid4()), **more}
    answer = await visitor.post(action, form)
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    return notices(await shown_by(visitor, answer.location))


def row_of(page: str, sku: str) -> str:
    """Return the row of a product."""
    main = page[page.index("<main") :]
    found = re.search(rf'<li class="row[^>]*data-sku="{sku}".*?</li>', main, re.DOTALL)
    assert found
    return found[0]


async def test_a_page_shows_one_cart_and_its_forms_change_that_one(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)
    own = await shown_by(ben)
    assert 'data-cart="' not in own
    assert f'value="{cart}"' in own
    shared = await chooses(ben, cart)
    assert f'data-cart="{cart}" data-role="edit"' in shared
    assert re.search(r"<title>\s*The cart of Ada ", shared)
    assert "Your cart" not in shared
    panel = await shown_by(ben, "/shop")
    assert ('aria-label="The cart of Ada"' in panel, "Your cart" in panel) == (True, False)

    shop = await shown_by(ben, "/shop?q=milk")
    assert (await sends(ben, shop, "/cart/add", sku=MILK, qty="2")).startswith("ok: Added")
    await chooses(ben, "")
    assert await ben.lines() == {}
    assert await ada.lines() == {MILK: 2}

    tab_of_the_own, tab_of_the_other = await shown_by(ben, "/shop?q=apples"), shop
    await sends(ben, tab_of_the_other, "/cart/add", sku=MILK, qty="1")
    assert "The cart of Ada" in await shown_by(ben)
    await sends(ben, tab_of_the_own, "/cart/add", sku=APPLES, qty="1")
    assert "The cart of Ada" not in await shown_by(ben)
    assert (await ben.lines(), await ada.lines()) == ({APPLES: 1}, {MILK: 3})

    page = await chooses(ben, cart)
    await submits(ada, cart, add(1, APPLES))
    assert await sends(ben, page, "/cart/undo") == "ok: Your last change was undone."
    page = await shown_by(ben)
    assert await ada.lines() == {MILK: 2, APPLES: 1}
    assert "Added by you" in row_of(page, MILK)
    assert "Added by Ada" in row_of(page, APPLES)
    hers = await shown_by(ada)
    assert "Shared with Ben" in hers
    assert "Added by Ben" in row_of(hers, MILK)
    assert account


async def test_who_may_suggest_suggests_and_the_others_answer(harness: HttpHarness) -> None:
    ada, ben, cart, _ = await family(harness, "suggest")
    await chooses(ben, cart)
    shop = await shown_by(ben, "/shop?q=milk")
    assert 'data-role="suggest"' in shop
    assert 'action="/cart/help"' not in shop

    assert (await sends(ben, shop, "/cart/suggest", sku=MILK, qty="2")).startswith("ok: Suggested")
    mine = row_of(await shown_by(ben), MILK)
    assert "Suggested by you" in mine
    assert re.search(r'data-part="accept-suggestion" hidden', mine)
    assert not re.search(r'data-part="take-back" hidden', mine)
    assert "This cart is ordered by others" in await shown_by(ben, "/checkout")
    hers = await shown_by(ada)
    assert "Suggested by Ben" in row_of(hers, MILK)
    assert (await sends(ada, hers, "/cart/suggestion/accept", sku=MILK)).startswith("ok: Added")
    assert await ada.lines() == {MILK: 2}

    shop = await shown_by(ben, "/shop?q=apples")
    await sends(ben, shop, "/cart/suggest", sku=APPLES, qty="1")
    said = await sends(ada, await shown_by(ada), "/cart/suggestion/decline", sku=APPLES)
    assert said.endswith("is no longer suggested.")
    await sends(ben, shop, "/cart/suggest", sku=APPLES, qty="1")
    said = await sends(ben, await shown_by(ben), "/cart/suggest", sku=APPLES, qty="0")
    assert said.endswith("is no longer suggested.")
    assert "suggested" not in (await ada.cart())["cart"]
    said = await sends(ben, shop, "/cart/set", sku=APPLES, qty="3")
    assert said == "error: You may not change this cart in this way. Nothing was changed."


async def test_a_cart_that_is_shared_no_more_is_replaced_by_the_own(harness: HttpHarness) -> None:
    ada, ben, cart, account = await family(harness)
    shop = await shown_by(ben, "/shop?q=milk") if await chooses(ben, cart) else ""
    checkout = await shown_by(ben, "/checkout")
    await ada.send("/api/household/remove", {"cart": cart, "account": account})

    said = await sends(ben, shop, "/cart/add", sku=MILK, qty="1")
    assert said == "error: That cart is no longer shared with you. Nothing was changed."
    assert (await ben.lines(), await ada.lines()) == ({}, {})
    assert 'data-cart="' not in await shown_by(ben)
    placed = await ben.post("/checkout", {**HOME, "cart": cart, "key": "k", "at": "", "total": "0"})
    assert placed.location == "/cart"
    gone = "warn: That cart is no longer shared with you. This one is your own."
    assert notices(await shown_by(ben)) == gone
    assert checkout

    await joins(ben, await invites(ada))
    assert "The cart of Ada" in await chooses(ben, cart)
    await ada.send("/api/household/remove", {"cart": cart, "account": account})
    assert notices(await shown_by(ben, "/shop")) == gone
    assert notices(await shown_by(ben, "/shop")) == ""
    assert notices(await chooses(ben, cart)) == gone


async def ordered(visitor: Visitor) -> Response:
    """Place an order with the form of the checkout page, to an own address."""
    form = dict(form_on(await shown_by(visitor, "/checkout"), "/checkout").fields)
    return await visitor.post("/checkout", {**form, **HOME, "address": "new", "text": "Ring twice"})


async def test_an_order_of_a_member_is_theirs_and_its_products_go_where_the_page_says(
    harness: HttpHarness,
) -> None:
    ada, ben, cart, _ = await family(harness)
    await submits(ada, cart, add(1, MILK, 20))
    await chooses(ben, cart)

    placed = await ordered(ben)

    assert placed.status_code == 303, await text(placed)
    assert placed.location.startswith("/orders/")
    assert await ada.lines() == {}
    assert (await fields(await ada.get("/api/orders")))["orders"] == []
    page = await shown_by(ben, placed.location)
    assert "Ring twice" in page
    again = f"{placed.location.partition('?')[0]}/again"
    assert (await sends(ben, page, again)).startswith("ok: Added")
    assert (await ada.lines(), await ben.lines()) == ({MILK: 20}, {})


async def test_what_is_kept_for_the_own_cart_is_not_shown_beside_another_s(
    harness: HttpHarness,
) -> None:
    _, ben, cart, _ = await family(harness)
    await harness.set_product(MILK, stock=0)
    await ben.send("/api/waitlist", {"sku": MILK})
    await harness.set_product(MILK, stock=1)
    kept = [f'data-offer="{MILK}"', " data-offered"]
    own = await shown_by(ben, "/shop?q=milk")
    assert [one in own for one in kept] == [True, True]

    await chooses(ben, cart)

    beside = await shown_by(ben, "/shop?q=milk")
    assert [one in beside for one in kept] == [False, False]


async def test_signing_out_forgets_which_cart_was_chosen(harness: HttpHarness) -> None:
    ada, ben, cart, _ = await family(harness)
    cleo = await harness.ada(**CLEO)
    await joins(cleo, await invites(ada))
    await chooses(ben, cart)

    await ben.post("/logout")
    await ben.send("/api/session", {"email": CLEO["email"], "password": PASSWORD})
    page = await shown_by(ben)

    assert ('data-cart="' in page, notices(page)) == (False, "ok: You are signed out.")
    assert BEN["name"] not in page
