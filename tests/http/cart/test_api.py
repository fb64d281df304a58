"""The cart as JSON, with the same outboxes and verdicts as on a socket."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.devices import Device
from app.domain.members import OWNER
from app.domain.ops import Kind
from app.domain.outbox import OutboxId
from app.live.ports import DisconnectReason
from app.protocol.messages import By, PatchMessage, ServerMessage, TabId
from tests.http.harness import HttpHarness, open_harness
from tests.http.visitor import ADA, PASSWORD, Visitor, code, fields

pytestmark = pytest.mark.on_both

APPLES, MILK = "gala-apples-1kg", "milk-2l"
HERE = "aaaaaaaa-0000-4000-8000-000000000001"
LOGIN = {"email": ADA["email"], "password": PASSWORD}


def add(n: int, sku: str = APPLES, qty: int = 1) -> dict[str, Any]:
    """Return an op that adds a product."""
    return {"n": n, "k": "line.add", "sku": sku, "qty": qty}


async def submit_ops(visitor: Visitor, *ops: dict[str, Any], outbox: str = HERE) -> dict[str, Any]:
    """Send *ops*, and return the response."""
    answer = await visitor.send("/api/cart/ops", {"outbox": outbox, "ops": ops})
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    response: dict[str, Any] = await fields(answer)
    return response


class Watching:
    """A tab that remembers the messages it gets."""

    id = TabId("cccccccc-0000-4000-8000-000000000001")
    gen = 1
    outbox = OutboxId("cccccccc-0000-4000-8000-000000000002")
    by, device = OWNER, Device.COMPUTER
    watched: frozenset[Sku] = frozenset()

    def __init__(self) -> None:
        self.messages: list[ServerMessage] = []

    def tell(self, message: ServerMessage) -> None:
        """Remember."""
        self.messages.append(message)

    def reject_duplicate(self) -> None:
        """Do nothing."""

    def disconnect(self, why: DisconnectReason) -> None:
        """Do nothing."""

    def hand_over(self) -> None:
        """Do nothing."""


def malformed_requests() -> Iterator[dict[str, Any]]:
    """Return requests that are no lists of ops of an outbox."""
    yield from (
        {},
        {"outbox": HERE},
        {"outbox": HERE, "ops": None},
        {"outbox": HERE, "ops": {}},
        {"outbox": HERE, "ops": [1]},
        {"outbox": HERE, "ops": [add(n) for n in range(1, 34)]},
        {"outbox": HERE, "ops": [{"k": "undo"}]},
        {"outbox": HERE, "ops": [{"n": 0, "k": "undo"}]},
        {"outbox": HERE, "ops": [{"n": 1.0, "k": "undo"}]},
        {"outbox": HERE, "ops": [{"n": True, "k": "undo"}]},
        {"outbox": HERE, "ops": [{"n": 2**53, "k": "undo"}]},
        {"outbox": HERE, "ops": [add(1), {"n": "2", "k": "undo"}]},
        {"outbox": HERE.upper(), "ops": []},
        {"outbox": "mine", "ops": []},
        {"ops": [add(1)]},
    )


@pytest.mark.smoke
async def test_ops_get_their_verdicts_and_the_cart_position(harness: HttpHarness) -> None:
    ada = await harness.ada()

    response = await submit_ops(ada, add(1, qty=2), add(2, MILK), {"n": 3, "k": "undo"})

    assert response["verdicts"] == [{"t": "ok", "n": n, "rev": n} for n in (1, 2, 3)]
    cart = await ada.cart()
    assert (response["at"], response["rev"]) == (cart["at"], cart["rev"])
    assert response["rev"] == 3
    assert await ada.lines() == {APPLES: 2}


async def test_the_whole_cart_is_returned(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await submit_ops(ada, add(1, qty=2))

    response = await ada.cart()

    assert response.keys() == {"account", "at", "rev", "cart"}
    assert response["cart"] == {
        "lines": [
            {
                "sku": APPLES,
                "pos": 1,
                "qty": 2,
                "agreed": 220,
                "price": 220,
                "stock": None,
                "state": "ok",
                "name": "Gala apples",
                "unit": "1 kg",
                "slug": "gala-apples",
                "image": "apple-red",
                "category": "fruit",
            }
        ],
        "saved": [],
        "note": "",
        "voucher": None,
        "totals": {
            "count": 2,
            "subtotal": 440,
            "discount": 0,
            "delivery": 350,
            "total": 790,
            "currency": "GBP",
        },
    }


async def test_an_op_sent_again_gets_the_same_verdict_and_changes_nothing(
    harness: HttpHarness,
) -> None:
    await harness.set_product(MILK, stock=3)
    ada = await harness.ada()
    ops = (add(1, MILK, 9), add(2, "ghost"), add(3))
    body = {"outbox": HERE, "ops": ops}

    first = await ada.send("/api/cart/ops", body)
    again = await ada.send("/api/cart/ops", body)

    assert await first.get_data() == await again.get_data()
    assert [verdict["t"] for verdict in (await fields(first))["verdicts"]] == ["ok", "no", "ok"]
    assert await ada.lines() == {MILK: 3, APPLES: 1}


async def test_an_op_sent_again_after_a_restart_gets_the_same_verdict(url: str) -> None:
    async with open_harness(url) as harness:
        ada = await harness.ada()
        before = await submit_ops(ada, add(1))
    async with open_harness(url) as harness:
        ada = Visitor(harness.app.test_client(), ada.address, ada.origin)
        await ada.send("/api/session", LOGIN)
        assert await submit_ops(ada, add(1)) == before
        assert await ada.lines() == {APPLES: 1}


async def test_the_same_op_sent_twice_at_once_is_one_op(harness: HttpHarness) -> None:
    ada = await harness.ada()

    first, again = await asyncio.gather(submit_ops(ada, add(1)), submit_ops(ada, add(1)))

    assert first == again
    assert await ada.lines() == {APPLES: 1}


async def test_many_ops_are_saved_together(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.writes.clear()

    response = await submit_ops(ada, *(add(n) for n in range(1, 33)))

    assert [verdict["n"] for verdict in response["verdicts"]] == list(range(1, 33))
    assert harness.database.writes == ["save"]


async def test_a_gap_in_the_numbers_is_answered_with_the_number_needed(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()

    response = await submit_ops(ada, add(1), add(3), add(4))

    assert response["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}, {"t": "need", "n": 2}]
    assert await ada.lines() == {APPLES: 1}


async def test_the_first_op_over_the_limit_ends_the_answer(url: str) -> None:
    async with open_harness(url, burst=2, per_s=10) as harness:
        ada = await harness.ada()

        response = await submit_ops(ada, add(1), add(2), add(3), add(4))

        assert response["verdicts"][:2] == [{"t": "ok", "n": n, "rev": n} for n in (1, 2)]
        assert response["verdicts"][2:] == [{"t": "no", "n": 3, "code": "rate", "retry_ms": 100}]
        harness.clock.at_s += 0.2
        assert len((await submit_ops(ada, add(3), add(4)))["verdicts"]) == 2
        assert await ada.lines() == {APPLES: 4}


async def test_a_save_with_an_unknown_outcome_is_busy(harness: HttpHarness) -> None:
    ada = await harness.ada()
    harness.database.writes_fail = True

    response = await submit_ops(ada, add(1), add(2))
    harness.database.writes_fail = False

    assert response["verdicts"] == [{"t": "no", "n": 1, "code": "busy", "retry_ms": 1000}]
    assert response["rev"] == 0
    await harness.context.hub.resync()
    assert len((await submit_ops(ada, add(1), add(2)))["verdicts"]) == 2


async def test_another_op_under_the_same_number_is_refused(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await submit_ops(ada, add(1))

    answer = await ada.send("/api/cart/ops", {"outbox": HERE, "ops": [add(1, qty=5), add(2)]})

    assert await code(answer) == (409, "op_changed")
    assert "Op 1 " in (await fields(answer))["detail"]
    assert await ada.lines() == {APPLES: 1}


async def test_ops_before_a_duplicate_number_are_done(harness: HttpHarness) -> None:
    ada = await harness.ada()

    answer = await ada.send(
        "/api/cart/ops", {"outbox": HERE, "ops": [add(1), add(2), add(2, MILK)]}
    )

    assert await code(answer) == (409, "op_changed")
    assert (await submit_ops(ada, add(1), add(2)))["rev"] == 2
    assert await ada.lines() == {APPLES: 2}


async def test_the_order_of_fields_and_unknown_fields_make_no_other_op(
    harness: HttpHarness,
) -> None:
    ada = await harness.ada()
    await submit_ops(ada, add(1))

    response = await submit_ops(
        ada, {"qty": 1, "sku": APPLES, "k": "line.add", "n": 1, "colour": "red"}
    )

    assert response["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}]


@pytest.mark.parametrize(
    "op",
    [
        {"k": "line.eat", "sku": APPLES},
        {"k": "line.add", "sku": APPLES, "qty": 0},
        {"k": "line.add", "sku": APPLES, "qty": 1.0},
        {"k": "line.add", "sku": APPLES, "qty": True},
        {"k": "line.add", "sku": APPLES},
        {"k": "line.add", "sku": "No Such", "qty": 1},
        {"k": "note.set", "text": "x" * 501},
        {"k": "note.set", "text": "a\r\nb"},
        {"k": "note.set", "text": "\ud800"},
        {},
    ],
)
async def test_an_invalid_op_is_refused_and_the_refusal_recorded(
    harness: HttpHarness, op: dict[str, Any]
) -> None:
    ada = await harness.ada()

    response = await submit_ops(ada, {"n": 1, **op}, add(2))
    again = await submit_ops(ada, {"n": 1, **op})

    assert response["verdicts"][0]["code"] == "bad_op"
    assert response["verdicts"][1] == {"t": "ok", "n": 2, "rev": 1}
    assert again["verdicts"] == response["verdicts"][:1]


async def test_a_malformed_request_does_none_of_its_ops(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for body in malformed_requests():
        assert (body, await code(await ada.send("/api/cart/ops", body))) == (
            body,
            (400, "malformed"),
        )
        assert (await ada.cart())["rev"] == 0


async def test_too_deep_and_doubled_is_malformed(harness: HttpHarness) -> None:
    ada, headers = await harness.ada(), {"Content-Type": "application/json"}
    deep = f'{{"outbox":"{HERE}","ops":[{{"n":1,"k":[[]]}}]}}'
    doubled = f'{{"outbox":"{HERE}","ops":[],"ops":[]}}'

    for body in (deep, doubled):
        answer = await ada.ask("POST", "/api/cart/ops", headers, data=body)
        assert await code(answer) == (400, "malformed")


async def test_no_ops_get_no_verdicts(harness: HttpHarness) -> None:
    assert (await submit_ops(await harness.ada()))["verdicts"] == []


async def test_ops_need_a_json_content_type(harness: HttpHarness) -> None:
    ada = await harness.ada()

    answer = await ada.ask("POST", "/api/cart/ops", {"Content-Type": "text/plain"}, data=b"{}")

    assert await code(answer) == (415, "not_json")


async def test_the_cart_needs_a_login(harness: HttpHarness) -> None:
    visitor = harness.visitor()

    for answer in (
        await visitor.get("/api/cart"),
        await visitor.send("/api/cart/ops", {"outbox": HERE, "ops": []}),
    ):
        assert await code(answer) == (401, "login_required")


async def test_an_account_cannot_see_or_repeat_the_ops_of_another(harness: HttpHarness) -> None:
    ada, bob = await harness.ada(), await harness.ada(email="bob@shop.example")
    await submit_ops(ada, add(1))

    response = await submit_ops(bob, add(1, MILK, 2))

    assert response["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}]
    assert (await ada.lines(), await bob.lines()) == ({APPLES: 1}, {MILK: 2})


async def test_open_tabs_get_changes_that_come_over_http(harness: HttpHarness) -> None:
    ada = await harness.ada()
    account = AccountId((await fields(await ada.send("/api/session", LOGIN)))["account"])
    tab = Watching()
    async with harness.context.hub.borrow(account, tab.outbox) as cart:
        cart.tabs.enter(tab)

    response = await submit_ops(ada, add(1))

    (change,) = [message for message in tab.messages if isinstance(message, PatchMessage)]
    assert change.by == (By(None, OutboxId(HERE), 1, Kind.ADD_LINE),)
    assert change.at == response["at"]


async def test_a_disconnect_cancels_nothing(harness: HttpHarness) -> None:
    ada = await harness.ada()
    asking = asyncio.create_task(submit_ops(ada, add(1)))
    await harness.database.saving.wait()
    asking.cancel()

    response = await submit_ops(ada, add(1))

    assert response["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}]
    assert harness.context.hub.open_carts == 0
    assert await ada.lines() == {APPLES: 1}


async def test_an_outbox_that_had_to_make_room_is_not_begun_again(harness: HttpHarness) -> None:
    ada = await harness.ada()
    await submit_ops(ada, add(1))
    for _ in range(16):
        await submit_ops(ada, add(1, MILK), outbox=str(uuid4()))

    response = await submit_ops(ada, add(1))

    assert response["verdicts"][0]["code"] == "expired"
    assert (await ada.lines())[APPLES] == 1
