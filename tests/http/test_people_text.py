"""What people typed is isolated on every page: its direction turns nothing around it."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, update

from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.store.accounts import Person, add_account
from app.store.addresses import keep_address
from app.store.tables import edits, orders
from tests.http.harness import CHEAP, HttpHarness
from tests.http.order_helpers import MILK, order, wanted
from tests.http.visitor import PASSWORD, Visitor, fields

TURNED = "\u202eTurned"
"""An old row may hold this; today it is not kept."""
SHOPPER, STAFF = (
    Person(AccountId(f"u-{name}"), f"{name}@shop.example", TURNED, CHEAP.hash(PASSWORD), staff)
    for name, staff in (("ada", False), ("grace", True))
)
HOME = Address(TURNED, TURNED, TURNED, TURNED, "BA1 1AA")
SHOPPERS_PAGES = (
    "/",
    "/shop?q=%E2%80%AETurned",
    "/account",
    "/account/household",
    "/checkout",
    "/orders",
)
STAFF_SEARCHES = (
    "/staff/products?q=milk",
    "/staff/products?q=%E2%80%AETurned",
    f"/staff/products/{MILK}",
    "/staff/accounts",
    "/staff/accounts/u-ada",
)


async def sign_in(harness: HttpHarness, person: Person) -> Visitor:
    """Return *person*, signed in to an account with an old name."""
    await harness.database.write(add_account, person, "e0", 0)
    visitor = harness.visitor()
    await visitor.send("/api/session", {"email": person.email, "password": PASSWORD})
    return visitor


def staff_pages(harness: HttpHarness) -> list[str]:
    """Return the paths of staff's pages that need no argument."""
    rules = [rule for rule in harness.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    paths = [rule.rule for rule in rules if not rule.arguments and "." not in rule.rule]
    return [path for path in paths if path.startswith("/staff/")]


def turn_rows(connection: Connection) -> None:
    """Make the orders and the log those of an older shop."""
    names = ("name", "line1", "line2", "city", "note")
    connection.execute(update(orders).values(dict.fromkeys(names, TURNED)))
    connection.execute(update(edits).values(reason=TURNED))


def not_isolated(page: str) -> Iterator[str]:
    """Return the places of *page* where what was typed is neither in a <bdi> nor in a tag."""
    for found in re.finditer("Turned", page):
        before = page[: found.start()]
        tag = before[before.rindex("<") :]
        if tag != "<bdi>" and ">" in tag and not tag.startswith(("<title>", "<textarea")):
            yield page[found.start() - 60 : found.end()]


async def test_old_rows_with_turned_text_turn_nothing_else(harness: HttpHarness) -> None:
    shopper, staff = await sign_in(harness, SHOPPER), await sign_in(harness, STAFF)
    await harness.database.write(keep_address, SHOPPER.account, "kept-1", HOME)
    await shopper.form("/cart/add", sku=MILK, qty="2")
    number = (await fields(await order(shopper, await wanted(shopper))))["number"]
    await shopper.form("/cart/add", sku=MILK, qty="2")
    await staff.post(
        f"/staff/products/{MILK}", {"version": "0", "price": "2.15", "stock_by": "", "reason": "x"}
    )
    await harness.database.write(turn_rows)
    invited = await shopper.send("/api/household/invitations", {"role": "edit"})
    token = (await fields(invited))["token"]
    await staff.send("/api/household/join", {"token": token})
    harness.clock.at_s += 90_000

    pages = {path: await shopper.get(path) for path in (*SHOPPERS_PAGES, f"/orders/{number}")}
    pages["/account/household of a member"] = await staff.get("/account/household")
    pages |= {path: await staff.get(path) for path in (*staff_pages(harness), *STAFF_SEARCHES)}
    texts = {path: await answer.get_data(as_text=True) for path, answer in pages.items()}

    assert {path: answer.status_code for path, answer in pages.items()} == dict.fromkeys(pages, 200)
    shown = [path for path, text in texts.items() if "<bdi>Turned</bdi>" in text]
    assert {"/staff/orders", "/staff/carts", "/staff/log"} < set(shown)
    assert [each for text in texts.values() for each in not_isolated(text)] == []
    assert [path for path, text in texts.items() if "\u202e" in body_of(text)] == []


def body_of(page: str) -> str:
    """Return *page* without the values of its fields, which are as they were typed."""
    return re.sub(r'value="[^"]*"|href="[^"]*"', "", page)
