"""The cart for scripts: the same outboxes and the same verdicts as on a socket."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from app.domain.cart import AccountId
from app.domain.catalog import Sku
from app.domain.outbox import OutboxId
from app.live.ports import DisconnectReason
from app.protocol.messages import PatchMessage, ServerMessage, TabId
from tests.http.house import House, open_house
from tests.http.visitor import ADA, PASSWORD, Visitor, code, fields

pytestmark = pytest.mark.on_both

APPLES, MILK = "gala-apples-1kg", "milk-2l"
HERE = "aaaaaaaa-0000-4000-8000-000000000001"
LOGIN = {"email": ADA["email"], "password": PASSWORD}


def add(n: int, sku: str = APPLES, qty: int = 1) -> dict[str, Any]:
    """Return an op that adds."""
    return {"n": n, "k": "line.add", "sku": sku, "qty": qty}


async def ask(visitor: Visitor, *ops: dict[str, Any], outbox: str = HERE) -> dict[str, Any]:
    """Send *ops* and return what is told of them."""
    answer = await visitor.send("/api/cart/ops", {"outbox": outbox, "ops": ops})
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    told: dict[str, Any] = await fields(answer)
    return told


class Watching:
    """A tab that remembers what it was told."""

    id = TabId("cccccccc-0000-4000-8000-000000000001")
    gen = 1
    outbox = OutboxId("cccccccc-0000-4000-8000-000000000002")
    watched: frozenset[Sku] = frozenset()

    def __init__(self) -> None:
        self.told: list[ServerMessage] = []

    def tell(self, news: ServerMessage) -> None:
        """Remember."""
        self.told.append(news)

    def reject_duplicate(self) -> None:
        """Hear of nothing."""

    def disconnect(self, why: DisconnectReason) -> None:
        """Hear of nothing."""


async def test_ops_get_their_verdicts_and_where_the_cart_stands(house: House) -> None:
    ada = await house.ada()

    told = await ask(ada, add(1, qty=2), add(2, MILK), {"n": 3, "k": "undo"})

    assert told["verdicts"] == [{"t": "ok", "n": n, "rev": n} for n in (1, 2, 3)]
    cart = await ada.cart()
    assert (told["at"], told["rev"]) == (cart["at"], cart["rev"])
    assert told["rev"] == 3
    assert await ada.lines() == {APPLES: 2}


async def test_the_cart_is_told_whole(house: House) -> None:
    ada = await house.ada()
    await ask(ada, add(1, qty=2))

    told = await ada.cart()

    assert told.keys() == {"at", "rev", "cart"}
    assert told["cart"] == {
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


async def test_an_op_sent_again_gets_the_same_verdict_and_changes_nothing(house: House) -> None:
    await house.set_product(MILK, stock=3)
    ada = await house.ada()
    ops = (add(1, MILK, 9), add(2, "ghost"), add(3))
    body = {"outbox": HERE, "ops": ops}

    first = await ada.send("/api/cart/ops", body)
    again = await ada.send("/api/cart/ops", body)

    assert await first.get_data() == await again.get_data()
    assert [verdict["t"] for verdict in (await fields(first))["verdicts"]] == ["ok", "no", "ok"]
    assert await ada.lines() == {MILK: 3, APPLES: 1}


async def test_an_op_sent_again_after_a_restart_gets_the_same_verdict(url: str) -> None:
    async with open_house(url) as house:
        ada = await house.ada()
        before = await ask(ada, add(1))
    async with open_house(url) as house:
        ada = Visitor(house.app.test_client(), ada.address, ada.origin)
        await ada.send("/api/session", LOGIN)
        assert await ask(ada, add(1)) == before
        assert await ada.lines() == {APPLES: 1}


async def test_the_same_op_sent_twice_at_once_is_one_op(house: House) -> None:
    ada = await house.ada()

    first, again = await asyncio.gather(ask(ada, add(1)), ask(ada, add(1)))

    assert first == again
    assert await ada.lines() == {APPLES: 1}


async def test_many_ops_are_saved_together(house: House) -> None:
    ada = await house.ada()
    house.database.writes.clear()

    told = await ask(ada, *(add(n) for n in range(1, 33)))

    assert [verdict["n"] for verdict in told["verdicts"]] == list(range(1, 33))
    assert house.database.writes == ["save_carts"]


async def test_a_gap_is_answered_with_what_is_needed(house: House) -> None:
    ada = await house.ada()

    told = await ask(ada, add(1), add(3), add(4))

    assert told["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}, {"t": "need", "n": 2}]
    assert await ada.lines() == {APPLES: 1}


async def test_the_first_op_over_the_limit_ends_the_answer(url: str) -> None:
    async with open_house(url, burst=2, per_s=10) as house:
        ada = await house.ada()

        told = await ask(ada, add(1), add(2), add(3), add(4))

        assert told["verdicts"][:2] == [{"t": "ok", "n": n, "rev": n} for n in (1, 2)]
        assert told["verdicts"][2:] == [{"t": "no", "n": 3, "code": "rate", "retry_ms": 100}]
        house.clock.at_s += 0.2
        assert len((await ask(ada, add(3), add(4)))["verdicts"]) == 2
        assert await ada.lines() == {APPLES: 4}


async def test_a_save_that_may_have_failed_is_busy_and_no_fault(house: House) -> None:
    ada = await house.ada()
    house.database.writes_fail = True

    told = await ask(ada, add(1), add(2))
    house.database.writes_fail = False

    assert told["verdicts"] == [{"t": "no", "n": 1, "code": "busy", "retry_ms": 1000}]
    assert told["rev"] == 0
    await house.context.hub.resync()
    assert len((await ask(ada, add(1), add(2)))["verdicts"]) == 2


async def test_another_op_under_the_same_number_is_refused(house: House) -> None:
    ada = await house.ada()
    await ask(ada, add(1))

    answer = await ada.send("/api/cart/ops", {"outbox": HERE, "ops": [add(1, qty=5), add(2)]})

    assert await code(answer) == (409, "op_changed")
    assert "Op 1 " in (await fields(answer))["detail"]
    assert await ada.lines() == {APPLES: 1}


async def test_what_stood_before_a_contradiction_is_done(house: House) -> None:
    ada = await house.ada()

    answer = await ada.send(
        "/api/cart/ops", {"outbox": HERE, "ops": [add(1), add(2), add(2, MILK)]}
    )

    assert await code(answer) == (409, "op_changed")
    assert (await ask(ada, add(1), add(2)))["rev"] == 2
    assert await ada.lines() == {APPLES: 2}


async def test_the_order_of_fields_and_unknown_fields_make_no_other_op(house: House) -> None:
    ada = await house.ada()
    await ask(ada, add(1))

    told = await ask(ada, {"qty": 1, "sku": APPLES, "k": "line.add", "n": 1, "colour": "red"})

    assert told["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}]


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
async def test_what_is_no_op_is_refused_and_the_refusal_recorded(
    house: House, op: dict[str, Any]
) -> None:
    ada = await house.ada()

    told = await ask(ada, {"n": 1, **op}, add(2))
    again = await ask(ada, {"n": 1, **op})

    assert told["verdicts"][0]["code"] == "bad_op"
    assert told["verdicts"][1] == {"t": "ok", "n": 2, "rev": 1}
    assert again["verdicts"] == told["verdicts"][:1]


@pytest.mark.parametrize(
    "body",
    [
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
    ],
)
async def test_what_cannot_be_read_is_malformed_and_nothing_of_it_is_done(
    house: House, body: dict[str, Any]
) -> None:
    ada = await house.ada()

    assert await code(await ada.send("/api/cart/ops", body)) == (400, "malformed")
    assert (await ada.cart())["rev"] == 0


async def test_too_deep_and_doubled_is_malformed(house: House) -> None:
    ada, headers = await house.ada(), {"Content-Type": "application/json"}
    deep = f'{{"outbox":"{HERE}","ops":[{{"n":1,"k":[[]]}}]}}'
    doubled = f'{{"outbox":"{HERE}","ops":[],"ops":[]}}'

    for body in (deep, doubled):
        answer = await ada.ask("POST", "/api/cart/ops", headers, data=body)
        assert await code(answer) == (400, "malformed")


async def test_no_ops_get_no_verdicts(house: House) -> None:
    assert (await ask(await house.ada()))["verdicts"] == []


async def test_only_json_is_taken_for_ops(house: House) -> None:
    ada = await house.ada()

    answer = await ada.ask("POST", "/api/cart/ops", {"Content-Type": "text/plain"}, data=b"{}")

    assert await code(answer) == (415, "not_json")


async def test_the_cart_needs_a_login(house: House) -> None:
    visitor = house.visitor()

    for answer in (
        await visitor.get("/api/cart"),
        await visitor.send("/api/cart/ops", {"outbox": HERE, "ops": []}),
    ):
        assert await code(answer) == (401, "login_required")


async def test_nobody_sees_or_repeats_the_ops_of_another(house: House) -> None:
    ada, bob = await house.ada(), await house.ada(email="bob@shop.example")
    await ask(ada, add(1))

    told = await ask(bob, add(1, MILK, 2))

    assert told["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}]
    assert (await ada.lines(), await bob.lines()) == ({APPLES: 1}, {MILK: 2})


async def test_open_tabs_hear_of_what_comes_over_http(house: House) -> None:
    ada = await house.ada()
    account = AccountId((await fields(await ada.send("/api/session", LOGIN)))["account"])
    tab = Watching()
    async with house.context.hub.borrow(account, tab.outbox) as cart:
        cart.tabs.enter(tab)

    told = await ask(ada, add(1))

    (change,) = [news for news in tab.told if isinstance(news, PatchMessage)]
    assert (change.by.tab, change.by.outbox, change.by.n) == (None, HERE, 1)
    assert change.at == told["at"]


async def test_whoever_hangs_up_cancels_nothing(house: House) -> None:
    ada = await house.ada()
    asking = asyncio.create_task(ask(ada, add(1)))
    await house.database.saving.wait()
    asking.cancel()

    told = await ask(ada, add(1))

    assert told["verdicts"] == [{"t": "ok", "n": 1, "rev": 1}]
    assert house.context.hub.open_carts == 0
    assert await ada.lines() == {APPLES: 1}


async def test_an_outbox_that_had_to_make_room_is_not_begun_again(house: House) -> None:
    ada = await house.ada()
    await ask(ada, add(1))
    for _ in range(16):
        await ask(ada, add(1, MILK), outbox=str(uuid4()))

    told = await ask(ada, add(1))

    assert told["verdicts"][0]["code"] == "expired"
    assert (await ada.lines())[APPLES] == 1
