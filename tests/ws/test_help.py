"""Websockets of staff who help: into whose cart they are let, and how long."""

from dataclasses import replace

from msgspec import structs

from app.domain.devices import Device
from app.domain.help import HelpEnd
from app.ws.admission import Place
from app.ws.close_codes import CloseCode
from tests.domain.help_examples import HELPED, KIM, SAM, WAITING
from tests.examples import ADA
from tests.ws.clock import soon
from tests.ws.fakes import WsHarness, kinds
from tests.ws.test_household import opens

ADAS = Place(ADA, Device.COMPUTER)


async def test_one_of_staff_who_took_the_help_is_let_in_until_it_ends(harness: WsHarness) -> None:
    harness.around.disk.carts[ADA] = HELPED
    harness.login = replace(harness.login, staff=True)
    sam, kim = opens(harness, SAM, ADAS), opens(harness, KIM, ADAS)
    await soon()

    assert kinds(sam.takes_frames()) == ["welcome", "snapshot", "help", "tabs"]
    assert (kim.socket.closed, kim.takes_frames()) == ((CloseCode.NOT_A_MEMBER, ""), [])

    assert HELPED.help
    over = structs.replace(HELPED.help, ended=HelpEnd.SHOPPER)
    harness.around.disk.carts[ADA] = structs.replace(HELPED, help=over, version=1)
    harness.around.hub.mark_stale([ADA])
    await harness.around.hub.resync()
    await soon()

    assert (sam.socket.closed, sam.takes_frames()) == ((CloseCode.NOT_A_MEMBER, ""), [])
    again = opens(harness, SAM, ADAS)
    await soon()
    assert (again.socket.closed, again.takes_frames()) == ((CloseCode.NOT_A_MEMBER, ""), [])


async def test_without_the_rights_of_staff_and_before_it_is_taken_nobody_is_let_in(
    harness: WsHarness,
) -> None:
    harness.around.disk.carts[ADA] = HELPED
    shopper = opens(harness, SAM, ADAS)
    await soon()
    assert shopper.socket.closed == (CloseCode.NOT_A_MEMBER, "")

    harness.around.disk.carts[ADA] = WAITING
    harness.login = replace(harness.login, staff=True)
    early = opens(harness, SAM, ADAS)
    await soon()
    assert (early.socket.closed, early.takes_frames()) == ((CloseCode.NOT_A_MEMBER, ""), [])
