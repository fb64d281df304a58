"""Ops of a tab, and the messages that follow."""

from app.domain.verdicts import Code
from app.live.pending_op import BUSY_RETRY_MS
from app.ws.close_codes import CloseCode
from app.ws.send_queue import MOST_FRAMES
from tests.examples import ADA, APPLES, HERE, MILK, THERE
from tests.ws.clock import passes, soon
from tests.ws.fakes import TABS, WsHarness, kinds


async def test_no_verdict_is_sent_before_the_save(harness: WsHarness) -> None:
    here = await harness.connects()

    here.adds(1)
    await passes(1)

    assert here.takes_frames() == []


async def test_verdict_and_patch_are_written_together_and_other_tabs_get_the_patch(
    harness: WsHarness,
) -> None:
    here, there = await harness.connects(), await harness.connects(THERE)
    here.takes_frames()

    here.adds(1, qty=2)
    await harness.saves()

    ((verdict, patch),) = here.socket.pieces
    assert verdict == {"t": "ok", "n": 1, "rev": 1}
    assert (patch["t"], patch["prev"], patch["rev"]) == ("patch", 0, 1)
    assert patch["by"] == [{"tab": TABS[HERE], "outbox": HERE, "n": 1, "k": "line.add"}]
    assert patch["lines"][APPLES]["qty"] == 2
    assert there.takes_frames() == [patch]


async def test_ops_that_are_saved_together_are_answered_in_one_write(harness: WsHarness) -> None:
    here = await harness.connects()
    for n in (1, 2, 3):
        here.submits(n)

    await harness.saves()

    assert [kinds(piece) for piece in here.socket.pieces] == [[*["ok"] * 3, "patch"]]


async def test_a_rejection_has_a_sentence_for_people(harness: WsHarness) -> None:
    here = await harness.connects()

    here.adds(1, sku="ghost")
    here.says("op", n=2, k="line.steal")
    await harness.saves()

    unknown, bad = here.takes_frames()
    assert (unknown["code"], bad["code"]) == (Code.UNKNOWN_SKU, Code.BAD_OP)
    assert unknown["text"] == "We have no product called “ghost”."


async def test_a_gap_is_requested_and_the_missing_op_is_then_applied(harness: WsHarness) -> None:
    here = await harness.connects()

    here.submits(2)
    await soon()
    assert here.takes_frames() == [{"t": "need", "n": 1}]
    here.submits(1)
    here.submits(2)
    await harness.saves()

    assert kinds(here.takes_frames()) == ["ok", "ok", "patch"]


async def test_a_verdict_goes_to_the_socket_that_sent_the_op_even_if_two_share_an_outbox(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    again = await harness.connects(tab=TABS[THERE])
    here.takes_frames()

    here.submits(1)
    again.submits(1)
    await harness.saves()

    assert kinds(here.takes_frames()) == kinds(again.takes_frames()) == ["ok", "patch"]
    assert harness.around.disk.carts[ADA].rev == 1


async def test_another_op_with_the_same_number_closes_the_connection_after_the_answers(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    here.submits(1)
    here.submits(1, "something else")
    here.submits(2)
    await soon()
    assert here.is_open()
    await harness.saves()

    assert kinds(here.takes_frames()) == ["ok", "patch"]
    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "n: another op had this number")
    assert harness.around.disk.carts[ADA].note == "note 1"


async def test_a_closing_connection_waits_for_all_answers(harness: WsHarness) -> None:
    here = await harness.connects()
    here.submits(1)
    harness.around.writer.takes()
    here.submits(2)

    here.submits(1, "something else")
    harness.around.hub.announce([ADA])
    await soon()
    assert here.is_open()
    await harness.saves()

    assert kinds(here.takes_frames()) == ["ok", "patch"] * 2
    assert not here.is_open()


async def test_ops_before_a_bad_frame_are_answered_and_frames_after_it_are_ignored(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    here.submits(1)
    here.says("ping", id=7)
    here.connection.on_text(b"nonsense")
    here.submits(2)
    here.connection.on_text(b'{"t":"ping","id":1.0}')
    await passes(4)
    await harness.saves()

    assert kinds(here.takes_frames()) == ["pong", "ok", "patch"]
    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "not JSON")
    assert harness.around.disk.carts[ADA].note == "note 1"


async def test_a_bad_frame_without_pending_ops_closes_the_connection_at_once(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    here.connection.on_binary()
    await soon()

    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "a binary frame")


async def test_a_bad_frame_closes_the_connection_after_a_timeout_without_the_answers(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    here.submits(1)
    here.connection.on_text(b"nonsense")

    await passes(4.9)
    assert here.is_open()
    await passes(0.1)

    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "not JSON")
    await harness.saves()
    assert harness.around.disk.carts[ADA].note == "note 1"


async def test_reading_pauses_while_32_ops_are_unanswered(harness: WsHarness) -> None:
    here = await harness.connects()
    paused = []
    for n in range(1, 33):
        here.submits(n)
        paused.append(not here.is_read())

    await harness.saves()

    assert paused == [False] * 31 + [True]
    assert here.is_read()
    assert kinds(here.takes_frames()) == [*["ok"] * 32, "patch"]


async def test_other_messages_do_not_resume_reading(harness: WsHarness) -> None:
    here, there = await harness.connects(), await harness.connects(THERE)
    there.submits(1)
    harness.around.writer.takes()
    for n in range(1, 33):
        here.submits(n)

    harness.around.hub.announce([ADA])
    await soon()

    assert "patch" in kinds(here.takes_frames())
    assert not here.is_read()


async def test_repeats_gaps_and_deferrals_count_as_answers(harness: WsHarness) -> None:
    here = await harness.connects()
    here.submits(1)
    await harness.saves()
    for _ in range(40):
        here.submits(1)
        here.submits(3)

    await soon()

    assert here.is_read()
    assert [len(piece) for piece in here.socket.pieces] == [2, MOST_FRAMES + 1, 79 - MOST_FRAMES]


async def test_a_closed_connection_gets_no_verdicts_but_its_ops_are_applied(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    here.submits(1)
    here.leaves()

    await harness.saves()

    assert here.takes_frames() == []
    assert harness.around.disk.carts[ADA].note == "note 1"
    assert harness.around.hub.open_carts == 0


async def test_only_ops_count_as_use_of_the_login(harness: WsHarness) -> None:
    here = await harness.connects()

    def left_ms() -> int:
        return harness.sessions.left_ms(harness.login)

    await passes(100)
    here.says("ping", id=7)
    here.says("watch", skus=[])
    here.says("resync")
    assert left_ms() == 9_900_000
    here.submits(1)

    assert left_ms() == 10_000_000


async def test_while_the_database_is_unavailable_an_op_is_busy_and_later_ops_are_dropped(
    harness: WsHarness,
) -> None:
    here = await harness.connects()
    here.submits(1)
    here.submits(2)
    harness.around.writer.takes()

    harness.around.hub.mark_unknown([ADA])
    here.submits(3)
    await soon()

    assert here.takes_frames() == [
        {"t": "no", "n": n, "code": "busy", "retry_ms": BUSY_RETRY_MS} for n in (1, 2)
    ]


async def test_a_busy_op_is_applied_when_sent_again(harness: WsHarness) -> None:
    here = await harness.connects()
    here.submits(1)
    here.submits(2)
    harness.around.writer.takes()
    harness.around.hub.mark_unknown([ADA])
    await harness.around.hub.resync()
    await soon()
    here.takes_frames()

    for n in (1, 2, 3):
        here.submits(n)
    await harness.saves()

    assert kinds(here.takes_frames()) == [*["ok"] * 3, "patch"]


async def test_an_early_retry_after_busy_is_no_violation(harness: WsHarness) -> None:
    here = await harness.connects()
    harness.around.hub.mark_unknown([ADA])

    for _ in range(10):
        here.submits(1)
        await soon()

    assert kinds(here.takes_frames()) == ["no"] * 10
    assert here.is_open()


async def test_the_tabs_of_a_lost_cart_are_closed_to_reconnect(harness: WsHarness) -> None:
    here, there = await harness.connects(), await harness.connects(THERE)
    here.submits(1)

    harness.around.hub.lose([ADA])

    assert here.socket.closed == there.socket.closed == (CloseCode.CART_LOST, "")


async def test_a_clamped_op_is_answered_with_the_quantity_that_there_was(
    harness: WsHarness,
) -> None:
    here = await harness.connects()

    here.adds(1, qty=9, sku=MILK)
    await harness.saves()

    assert here.takes_frames()[0] == {
        "t": "ok",
        "n": 1,
        "rev": 1,
        "warn": {"code": "clamped", "sku": MILK, "asked": 9, "got": 5},
    }
