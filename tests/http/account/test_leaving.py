"""Download all that is kept of a person, and delete the account."""

import json

from sqlalchemy import Connection, select

from app.store.account_removal import CLOSED_AFTER_S, UNCONFIRMED_S, remove_old_accounts
from app.store.accounts import find_by_email
from app.store.tables import accounts, carts, metadata, orders
from tests.examples import DAY_S
from tests.http.harness import HttpHarness, open_harness
from tests.http.logins import with_socket
from tests.http.mailbox import mails_to
from tests.http.order_helpers import HOME, order, stocked_cart, wanted
from tests.http.visitor import ADA, PASSWORD, notices, text

EMAIL = ADA["email"]


def everything(connection: Connection) -> str:
    """Return all rows of all tables as one text."""
    found = (connection.execute(select(table)) for table in metadata.sorted_tables)
    return "\n".join(str(tuple(row)) for rows in found for row in rows)


def rows_of(connection: Connection, account: str) -> list[str]:
    """Return the names of the tables that have rows of *account*."""
    owned = [table for table in metadata.sorted_tables if "account" in table.c]
    return [
        table.name
        for table in owned
        if connection.execute(select(table).where(table.c.account == account)).first()
    ]


async def test_the_download_has_all_that_is_kept(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness)
    number = (await (await order(ada, await wanted(ada))).get_json())["number"]
    await ada.post("/account/addresses/new", HOME)
    await ada.form("/cart/add", sku="bananas-1kg", qty="1")

    answer = await ada.get("/account/data.json")

    data = json.loads(await text(answer))
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (data["account"]["email"], data["account"]["name"]) == (EMAIL, "Ada")
    assert data["account"]["registered_at"].endswith("Z")
    assert [each["number"] for each in data["orders"]] == [number]
    assert [line["sku"] for line in data["cart"]["lines"]] == ["bananas-1kg"]
    assert data["addresses"] == [HOME]
    assert len(data["logins"]) == len(data["devices"]) == 1
    assert [mail["kind"] for mail in data["mails"]] == ["order_placed"]
    assert PASSWORD not in str(data)
    assert "hash" not in str(data)


async def test_an_account_is_deleted_but_for_what_the_books_need(harness: HttpHarness) -> None:
    ada = await stocked_cart(harness, note="Ring twice, says Ada")
    answer = await order(ada, await wanted(ada, deliver=HOME | {"name": "Ada Lovelace"}))
    placed = await answer.get_json()
    account = (await ada.cart())["account"]

    early = await ada.post("/account/delete", {"password": PASSWORD})
    for _ in range(3):
        await harness.move_on(placed["number"])
    guessed = await ada.post("/account/delete", {"password": "a guess"})
    socket = await with_socket(harness, await ada.send("/api/session", ADA))
    done = await ada.post("/account/delete", {"password": PASSWORD})

    assert (early.status_code, guessed.status_code) == (409, 401)
    assert placed["number"] in await text(early)
    assert done.location == "/"
    assert "Your account is deleted" in notices(await text(await ada.get("/")))
    assert len(socket.disconnects) == 1
    assert (await ada.send("/api/session", ADA)).status_code == 401
    left = await harness.database.read(everything)
    for known in ("Ada", "1 Mill Lane", "BA1 1AA", "Ring twice"):
        assert known not in left
    assert left.count(EMAIL) == 1
    assert (await mails_to(harness, EMAIL))[-1].kind == "account_deleted"
    row = await harness.database.read(lambda c: c.execute(select(orders)).one())
    assert (row.total, row.account) == (placed["totals"]["total"], account)

    await harness.database.write(remove_old_accounts, int(harness.clock.at_s) + CLOSED_AFTER_S + 1)

    assert await harness.database.read(rows_of, account) == ["orders"]
    staff = await harness.database.read(lambda c: c.scalars(select(accounts.c.id)).all())
    assert staff == [account]


async def test_a_deleted_account_without_orders_leaves_nothing(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await ada.post("/account/delete", {"password": PASSWORD})
    assert await harness.database.read(lambda c: c.scalars(select(carts.c.account)).all())

    await harness.database.write(remove_old_accounts, int(harness.clock.at_s) + CLOSED_AFTER_S + 1)

    assert "u-" not in await harness.database.read(everything)
    assert (await harness.ada()) is not None


async def test_accounts_that_nobody_confirms_are_removed_after_a_month(url: str) -> None:
    async with open_harness(url, confirm="on") as harness:
        await harness.ada()
        removal = harness.context.account_removal

        harness.clock.at_s += 2 * DAY_S
        await removal.remove_old()
        signed_in = await harness.database.read(lambda c: c.scalars(select(accounts.c.id)).all())
        harness.clock.at_s += UNCONFIRMED_S
        await removal.remove_old()
        erased = await harness.database.read(lambda c: c.scalars(select(accounts.c.email)).all())
        harness.clock.at_s += CLOSED_AFTER_S + 1
        await removal.remove_old()

        assert (len(signed_in), erased) == (1, signed_in)
        assert "u-" not in await harness.database.read(everything)
        assert await harness.database.read(find_by_email, EMAIL) is None
