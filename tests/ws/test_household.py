"""Websockets of a household: whose cart they show, and what ends them."""

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from app.domain.accounts import AccountId
from app.domain.devices import Device
from app.domain.members import OWNER
from app.domain.ops import AddLine, SaveLine
from app.domain.outbox import outbox_of
from app.domain.sessions import Session, SessionHash
from app.ws.admission import Place
from app.ws.close_codes import CloseCode
from tests.domain.household_examples import BEN, CLEO, DAN, HOUSEHOLD, SHARED, done_by
from tests.examples import ADA, APPLES, HERE, MILK
from tests.ws.clock import soon
from tests.ws.fakes import Browser, WsHarness, kinds

ADAS = Place(ADA, Device.PHONE)


def login_of(like: Session, account: AccountId) -> Session:
    """Return a login of *account* that is otherwise as *like*."""
    return replace(like, account=account, id_hash=SessionHash(f"of {account}"))


def opens(
    harness: WsHarness, account: AccountId, place: Place, pend: Sequence[int] = ()
) -> Browser:
    """Open a websocket with a login of *account*, and send the hello."""
    browser = harness.opens(place=place, login=login_of(harness.login, account))
    browser.says_hello(pend=[*pend])
    return browser


async def test_a_member_is_let_into_the_cart_of_the_owner(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = done_by((OWNER, AddLine(APPLES, 3)))
    ada, ben = await harness.connects(), opens(harness, BEN, ADAS)
    await soon()

    welcome, snapshot, tabs, household = ben.takes_frames()
    assert (welcome["account"], welcome["cart"], welcome["last"]) == (BEN, ADA, 0)
    assert [line["sku"] for line in snapshot["cart"]["lines"]] == [APPLES]
    assert tabs == {"t": "tabs", "n": 1}
    assert household == {
        "t": "household",
        "people": [
            {"account": ADA, "name": "Ada", "here": ["computer"]},
            {"account": BEN, "name": "Ben", "here": ["phone"], "role": "edit"},
            {"account": CLEO, "name": "Cleo", "here": [], "role": "suggest"},
        ],
        "shares_saved": False,
    }
    assert ada.takes_frames()[-1] == household

    ben.adds(1)
    await soon()
    await harness.saves()
    (patch,) = [one for one in ada.takes_frames() if one["t"] == "patch"]
    by = {"tab": ben.connection.id, "outbox": HERE, "n": 1, "k": "line.add", "account": BEN}
    assert patch["by"] == [by]
    assert kinds(ben.takes_frames()) == ["ok", "patch"]


async def test_one_who_is_not_a_member_is_not_let_in(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = SHARED
    stranger = opens(harness, DAN, ADAS)
    await soon()

    assert stranger.socket.closed == (CloseCode.NOT_A_MEMBER, "")
    assert stranger.takes_frames() == []


async def test_verdicts_that_a_member_missed_are_in_the_welcome(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = done_by((OWNER, AddLine(APPLES, 3)), (BEN, AddLine(APPLES, 1)))
    ben = opens(harness, BEN, ADAS, pend=[1])
    await soon()

    assert ben.connection.outbox == outbox_of(BEN, HERE)
    welcome = ben.takes_frames()[0]
    assert (welcome["last"], welcome["verdicts"]) == (1, [{"t": "ok", "n": 1, "rev": 2}])


async def test_one_who_is_removed_gets_no_frame_more(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = SHARED
    ada, ben = await harness.connects(), opens(harness, BEN, ADAS)
    await soon()
    ben.takes_frames()
    without = structs.replace(HOUSEHOLD, members={CLEO: HOUSEHOLD.members[CLEO]})
    saved = done_by((OWNER, AddLine(APPLES, 1)))
    harness.around.disk.carts[ADA] = structs.replace(saved, household=without, version=1)

    harness.around.hub.mark_stale([ADA])
    await harness.around.hub.resync()
    await soon()

    assert ben.socket.closed == (CloseCode.NOT_A_MEMBER, "")
    assert ben.takes_frames() == []
    assert "snapshot" in kinds(ada.takes_frames())


async def test_all_others_who_show_a_cart_are_disconnected_when_its_owner_is_disabled(
    harness: WsHarness,
) -> None:
    harness.around.disk.carts[ADA] = SHARED
    ada, ben = await harness.connects(), opens(harness, BEN, ADAS)
    cleo = harness.opens(place=ADAS, login=login_of(harness.login, CLEO))
    await soon()
    ben.takes_frames()
    assert harness.around.hub.visited == {ADA}

    harness.around.hub.on_remote_visits_end(ADA)
    ada.submits(1)
    await harness.saves()

    assert ben.socket.closed == cleo.socket.closed == (CloseCode.NOT_A_MEMBER, "")
    assert (ben.takes_frames(), cleo.takes_frames()) == ([], [])
    assert ada.is_open()
    assert harness.around.hub.visited == set()


async def test_one_who_asks_for_a_cart_while_its_owner_is_disabled_is_not_let_in(
    harness: WsHarness,
) -> None:
    harness.around.disk.carts[ADA] = SHARED
    harness.is_shown.clear()
    before = opens(harness, BEN, ADAS)
    await soon()
    assert before.is_open()

    harness.not_shown.add(ADA)
    harness.around.hub.on_remote_visits_end(ADA)
    after = opens(harness, BEN, ADAS)
    harness.is_shown.set()
    await soon()

    assert before.socket.closed == after.socket.closed == (CloseCode.NOT_A_MEMBER, "")
    assert (before.takes_frames(), after.takes_frames()) == ([], [])


async def test_a_member_resyncs_without_what_the_owner_has_saved(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = done_by((OWNER, AddLine(MILK, 2)), (OWNER, SaveLine(MILK)))
    ben = opens(harness, BEN, ADAS)
    await soon()
    ben.takes_frames()

    ben.says("resync")
    await soon()

    (snapshot,) = ben.takes_frames()
    assert snapshot["cart"]["saved"] == []
