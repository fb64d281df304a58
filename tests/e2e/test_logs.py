"""A real server's log: it traces each op, and contains no credentials."""

import json
from base64 import urlsafe_b64decode

from tests.e2e.catalog import APPLES
from tests.e2e.raw_client import PASSWORD, Shopper, op
from tests.e2e.server import Server
from tests.waiting import wait_until

SETTINGS = {"log": "debug", "node": "w7"}
NOTE = "Leave it with the neighbours"


async def test_one_op_id_traces_an_op_from_its_receipt_to_its_patches(
    shop: Server, ada: Shopper
) -> None:
    first, second = await ada.tab(), await ada.tab()

    await first.submit(1, "line.add", sku=APPLES, qty=2)
    (by,) = (await second.expect("patch"))["by"]
    await first.receive_pending()

    op_id = f"{ada.account}/{by['outbox']}/{by['n']}"
    lines = [event for event in shop.events() if event.get("op") == op_id]
    steps = ["op received", "op ruled", "op saved", "op told", "op told"]
    assert [line["event"] for line in lines] == steps
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert {line["node"] for line in lines} == {"w7"}
    assert (lines[0]["tab"], lines[-1]["tabs"]) == (first.tab, 2)
    (welcomed,) = (
        event
        for event in shop.events()
        if event["event"] == "tab let in" and event["tab"] == first.tab
    )
    assert welcomed["at"] <= lines[0]["at"]
    (opened,) = (
        event
        for event in shop.events()
        if event["event"] == "socket opened" and event["socket"] == welcomed["socket"]
    )
    assert opened["account"] == welcomed["account"] == ada.account


async def test_an_op_over_http_is_traced_too(shop: Server, ada: Shopper) -> None:
    outbox = "3f0c1a52-0000-4000-8000-00000000a0a0"

    await ada.ops(outbox, op(1, "line.add", sku=APPLES, qty=1))

    lines = [event for event in shop.events() if event.get("op") == f"{ada.account}/{outbox}/1"]
    assert [line["event"] for line in lines][-1] == "op told"
    assert lines[0]["tab"] is None


async def test_the_log_contains_no_credentials(shop: Server, ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.submit(1, "note.set", text=NOTE)
    await ada.send("POST", "/api/session", {"email": ada.email, "password": f"not {PASSWORD}"})
    cookie = ada.cookie.removeprefix("shop=")
    session = json.loads(urlsafe_b64decode(cookie.partition(".")[0] + "==="))
    await ada.send("DELETE", "/api/session")
    assert (await tab.close_frame()).code == 4410
    await wait_until(lambda: '"event": "socket closed"' in shop.log.read_text())

    text = shop.log.read_text()

    assert ada.account in text
    for secret in (cookie, session, PASSWORD, NOTE, ada.email, shop.environment["SHOP_SECRET"]):
        assert secret not in text
