"""Every code with which an op is permanently rejected, on a real websocket (protocol.md §3, §4)."""

from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.catalog import APPLES, FEW, FEW_LEFT, GHOST, GONE, MILK, PLENTY, SOLD_OUT
from tests.e2e.raw_client import Frame, RawSocket, Shopper, op

SETTINGS = {"burst": 10_000}

Op = tuple[str, dict[str, Any]]

ADD: Op = ("line.add", {"sku": APPLES, "qty": 1})
REJECTED: dict[str, tuple[list[Op], Op]] = {
    "bad_op": ([ADD], ("line.add", {"sku": APPLES, "qty": 1.0})),
    "unknown_sku": ([ADD], ("line.add", {"sku": GHOST, "qty": 1})),
    "gone": ([ADD], ("line.add", {"sku": GONE, "qty": 1})),
    "not_in_cart": ([ADD], ("line.save", {"sku": MILK})),
    "qty_limit": ([("line.add", {"sku": APPLES, "qty": 99})], ADD),
    "sold_out": ([ADD], ("line.add", {"sku": SOLD_OUT, "qty": 1})),
    "moved": ([ADD], ("undo", {"rev": 7})),
    "nothing_to_undo": ([], ("undo", {})),
    "bad_voucher": ([ADD], ("voucher.set", {"code": "nonsense"})),
}
INVALID_OPS: dict[str, Frame] = {
    "no k": {},
    "an unknown k": {"k": "line.steal", "sku": APPLES},
    "k as a list": {"k": ["undo"]},
    "no sku": {"k": "line.add", "qty": 1},
    "no SKU": {"k": "line.add", "sku": "Gala Apples", "qty": 1},
    "a SKU too long": {"k": "line.add", "sku": "a" * 65, "qty": 1},
    "no qty": {"k": "line.add", "sku": APPLES},
    "qty 0": {"k": "line.add", "sku": APPLES, "qty": 0},
    "qty 100": {"k": "line.set", "sku": APPLES, "qty": 100},
    "qty -1": {"k": "line.set", "sku": APPLES, "qty": -1},
    "qty 1.0": {"k": "line.set", "sku": APPLES, "qty": 1.0},
    "qty as text": {"k": "line.set", "sku": APPLES, "qty": "1"},
    "qty true": {"k": "line.set", "sku": APPLES, "qty": True},
    "seen 0": {"k": "line.add", "sku": APPLES, "qty": 1, "seen": 0},
    "seen null": {"k": "line.add", "sku": APPLES, "qty": 1, "seen": None},
    "seen too large": {"k": "line.add", "sku": APPLES, "qty": 1, "seen": 2**53},
    "price 0": {"k": "line.accept", "sku": APPLES, "price": 0},
    "no text": {"k": "note.set"},
    "text too long": {"k": "note.set", "text": "🍎" * 501},
    "a carriage return": {"k": "note.set", "text": "a\r\nb"},
    "a lone surrogate": {"k": "note.set", "text": "\ud83c"},
    "a NUL": {"k": "note.set", "text": "\0"},
    "no code": {"k": "voucher.set"},
    "a code as a number": {"k": "voucher.set", "code": 10},
    "rev -1": {"k": "undo", "rev": -1},
    "rev as text": {"k": "undo", "rev": "1"},
}


async def check_rejected(expected: str, tab: RawSocket, n: int, k: str, **fields: object) -> None:
    """Submit an op that must be rejected with the code *expected*, twice, without any effect."""
    at = tab.at
    verdict = await tab.submit(n, k, **fields)
    assert verdict.keys() == {"t", "n", "code", "args", "text", "rev"}
    assert (verdict["t"], verdict["code"]) == ("no", expected)
    assert verdict["text"]
    first = tab.received[-1]

    await tab.submit(n, k, **fields)

    assert tab.received[-1] == first
    assert [one for one in await tab.receive_pending() if one["t"] != "tabs"] == []
    await tab.send_frame("resync")
    assert (await tab.expect("snapshot"))["at"] == at


@pytest.mark.parametrize("code", REJECTED)
async def test_a_rejection_is_recorded_and_changes_nothing(ada: Shopper, code: str) -> None:
    before, (k, fields) = REJECTED[code]
    tab = await ada.tab()
    for n, (kind, values) in enumerate(before, 1):
        assert (await tab.submit(n, kind, **values))["t"] == "ok"
        await tab.expect("patch")

    await check_rejected(code, tab, len(before) + 1, k, **fields)


@pytest.mark.parametrize("fields", INVALID_OPS.values(), ids=INVALID_OPS)
async def test_an_invalid_op_with_a_number_is_rejected_as_bad_op(
    ada: Shopper, fields: Frame
) -> None:
    tab = await ada.tab()
    await tab.send_frame("op", n=1, **fields)

    verdict = await tab.verdict(1)

    assert (verdict["t"], verdict["code"], verdict["rev"]) == ("no", "bad_op", 0)
    assert (await tab.submit(2, ADD[0], **ADD[1]))["t"] == "ok"


async def test_the_op_after_a_rejected_op_is_applied(ada: Shopper) -> None:
    tab = await ada.tab()

    assert (await tab.submit(1, "line.add", sku=GHOST, qty=1))["t"] == "no"
    assert await tab.submit(2, "line.add", sku=APPLES, qty=1) == {"t": "ok", "n": 2, "rev": 1}


async def test_a_101st_line_is_rejected(ada: Shopper) -> None:
    outbox = str(uuid4())
    adds = [op(n, "line.add", sku=sku, qty=1) for n, sku in enumerate(PLENTY[:100], 1)]
    for first in range(0, 100, 25):
        verdicts = (await ada.ops(outbox, *adds[first : first + 25])).json["verdicts"]
        assert {verdict["t"] for verdict in verdicts} == {"ok"}
    tab = await ada.tab(outbox=outbox)

    await check_rejected("line_limit", tab, 101, "line.add", sku=PLENTY[100], qty=1)

    assert (await tab.submit(102, "line.add", sku=PLENTY[0], qty=1))["t"] == "ok"
    assert (await tab.submit(103, "line.set", sku=PLENTY[1], qty=0))["t"] == "ok"
    assert (await tab.submit(104, "line.add", sku=PLENTY[100], qty=1))["t"] == "ok"


async def test_after_ten_wrong_voucher_codes_even_a_valid_one_is_rejected(ada: Shopper) -> None:
    tab = await ada.tab()
    for n in range(1, 11):
        assert (await tab.submit(n, "voucher.set", code=f"GUESS{n}"))["code"] == "bad_voucher"

    await check_rejected("too_many_tries", tab, 11, "voucher.set", code="WELCOME10")

    assert (await tab.submit(12, "line.add", sku=APPLES, qty=1))["t"] == "ok"


async def test_a_voucher_below_its_minimum_is_accepted_with_that_state(ada: Shopper) -> None:
    tab = await ada.tab()

    assert (await tab.submit(1, "voucher.set", code=" fiveoff\t"))["t"] == "ok"

    voucher = (await tab.expect("patch"))["voucher"]
    assert (voucher["code"], voucher["state"]) == ("FIVEOFF", "below_minimum")


async def test_an_op_older_than_the_recorded_verdicts_is_expired(ada: Shopper) -> None:
    tab = await ada.tab()
    for n in range(1, 34):
        assert (await tab.submit(n, "line.set", sku=APPLES, qty=n))["t"] == "ok"

    for qty in (1, 50):
        verdict = await tab.submit(1, "line.set", sku=APPLES, qty=qty)
        assert (verdict["t"], verdict["code"]) == ("no", "expired")
    assert await tab.submit(2, "line.set", sku=APPLES, qty=2) == {"t": "ok", "n": 2, "rev": 2}
    assert await ada.quantities() == {APPLES: 33}


async def test_ops_of_the_17th_newest_outbox_are_expired_but_its_last_number_is_kept(
    ada: Shopper,
) -> None:
    oldest = await ada.tab()
    assert (await oldest.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    for _ in range(16):
        answer = await ada.ops(str(uuid4()), op(1, "line.add", sku=MILK, qty=1))
        assert answer.json["verdicts"][0]["t"] == "ok"

    assert (await oldest.submit(1, "line.add", sku=APPLES, qty=1))["code"] == "expired"
    again = await ada.tab(outbox=oldest.outbox, pend=[1])

    assert (again.welcome["last"], again.welcome["verdicts"]) == (1, [])
    assert (await again.submit(2, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    assert await ada.quantities() == {APPLES: 2, MILK: 16}


async def test_a_quantity_above_the_stock_is_clamped_with_a_warning(ada: Shopper) -> None:
    tab = await ada.tab()
    verdict = await tab.submit(1, "line.add", sku=FEW, qty=FEW_LEFT + 3)

    warn = {"code": "clamped", "sku": FEW, "asked": FEW_LEFT + 3, "got": FEW_LEFT}
    assert verdict == {"t": "ok", "n": 1, "rev": 1, "warn": warn}
    assert await ada.quantities() == {FEW: FEW_LEFT}
    await tab.expect("patch")
    await check_rejected("sold_out", tab, 2, "line.add", sku=FEW, qty=1)


async def test_a_gap_in_op_numbers_is_answered_with_need(ada: Shopper) -> None:
    tab = await ada.tab()
    await tab.send_frame("op", n=3, k="line.add", sku=APPLES, qty=1)

    assert await tab.receive() == {"t": "need", "n": 1}
    for n in (1, 2, 3):
        assert (await tab.submit(n, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    assert await ada.quantities() == {APPLES: 3}


async def test_an_op_without_effect_is_ok_at_the_same_revision_and_sends_no_patch(
    ada: Shopper,
) -> None:
    tab = await ada.tab()
    for n, sku in enumerate((MILK, GONE), 1):
        assert await tab.submit(n, "line.set", sku=sku, qty=0) == {"t": "ok", "n": n, "rev": 0}

    assert await tab.receive_pending() == []
