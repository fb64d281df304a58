"""What a tab asks for, and what it hears of it."""

from app.domain.verdicts import Code
from app.live.pending_op import BUSY_RETRY_MS
from app.ws.close_codes import CloseCode
from app.ws.send_queue import MOST_FRAMES
from tests.examples import ADA, APPLES, HERE, MILK, THERE
from tests.ws.clock import passes, soon
from tests.ws.fakes import TABS, Corner, kinds


async def test_nothing_is_heard_before_it_is_saved(corner: Corner) -> None:
    here = await corner.lets_in()

    here.adds(1)
    await passes(1)

    assert here.hears() == []


async def test_verdict_and_patch_come_in_one_piece_and_other_tabs_hear_the_patch(
    corner: Corner,
) -> None:
    here, there = await corner.lets_in(), await corner.lets_in(THERE)
    here.hears()

    here.adds(1, qty=2)
    await corner.saves()

    ((verdict, patch),) = here.socket.pieces
    assert verdict == {"t": "ok", "n": 1, "rev": 1}
    assert (patch["t"], patch["prev"], patch["rev"]) == ("patch", 0, 1)
    assert patch["by"] == {"tab": TABS[HERE], "outbox": HERE, "n": 1, "k": "line.add"}
    assert patch["lines"][APPLES]["qty"] == 2
    assert there.hears() == [patch]


async def test_many_ops_that_are_saved_together_are_answered_in_one_piece(corner: Corner) -> None:
    here = await corner.lets_in()
    for n in (1, 2, 3):
        here.asks(n)

    await corner.saves()

    assert [kinds(piece) for piece in here.socket.pieces] == [["ok", "patch"] * 3]


async def test_a_refusal_has_a_sentence_for_people(corner: Corner) -> None:
    here = await corner.lets_in()

    here.adds(1, sku="ghost")
    here.says("op", n=2, k="line.steal")
    await corner.saves()

    unknown, bad = here.hears()
    assert (unknown["code"], bad["code"]) == (Code.UNKNOWN_SKU, Code.BAD_OP)
    assert unknown["text"] == "The shop does not know a product “ghost”."


async def test_a_gap_is_asked_for_and_what_was_missing_is_done_then(corner: Corner) -> None:
    here = await corner.lets_in()

    here.asks(2)
    await soon()
    assert here.hears() == [{"t": "need", "n": 1}]
    here.asks(1)
    here.asks(2)
    await corner.saves()

    assert kinds(here.hears()) == ["ok", "patch"] * 2


async def test_an_op_of_another_socket_with_the_same_outbox_is_answered_where_it_was_asked(
    corner: Corner,
) -> None:
    here = await corner.lets_in()
    again = await corner.lets_in(tab=TABS[THERE])
    here.hears()

    here.asks(1)
    again.asks(1)
    await corner.saves()

    assert kinds(here.hears()) == kinds(again.hears()) == ["ok", "patch"]
    assert corner.around.disk.carts[ADA].rev == 1


async def test_another_op_under_the_same_number_ends_the_connection_after_the_answers(
    corner: Corner,
) -> None:
    here = await corner.lets_in()

    here.asks(1)
    here.asks(1, "something else")
    here.asks(2)
    await soon()
    assert here.is_in()
    await corner.saves()

    assert kinds(here.hears()) == ["ok", "patch"]
    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "n: another op had this number")
    assert corner.around.disk.carts[ADA].note == "note 1"


async def test_a_connection_that_ends_waits_for_all_the_answers(corner: Corner) -> None:
    here = await corner.lets_in()
    here.asks(1)
    corner.around.writer.takes()
    here.asks(2)

    here.asks(1, "something else")
    corner.around.hub.announce([ADA])
    await soon()
    assert here.is_in()
    await corner.saves()

    assert kinds(here.hears()) == ["ok", "patch"] * 2
    assert not here.is_in()


async def test_what_came_before_a_bad_frame_is_answered_and_what_came_after_is_not_heard(
    corner: Corner,
) -> None:
    here = await corner.lets_in()

    here.asks(1)
    here.says("ping", id=7)
    here.connection.on_text("nonsense")
    here.asks(2)
    here.connection.on_text('{"t":"ping","id":1.0}')
    await passes(4)
    await corner.saves()

    assert kinds(here.hears()) == ["pong", "ok", "patch"]
    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "not JSON")
    assert corner.around.disk.carts[ADA].note == "note 1"


async def test_a_bad_frame_with_nothing_before_it_ends_the_connection_at_once(
    corner: Corner,
) -> None:
    here = await corner.lets_in()

    here.connection.on_binary()
    await soon()

    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "a binary frame")


async def test_if_the_answers_before_a_bad_frame_do_not_come_in_time_it_ends_without_them(
    corner: Corner,
) -> None:
    here = await corner.lets_in()
    here.asks(1)
    here.connection.on_text("nonsense")

    await passes(4.9)
    assert here.is_in()
    await passes(0.1)

    assert here.socket.closed == (CloseCode.BAD_MESSAGE, "not JSON")
    await corner.saves()
    assert corner.around.disk.carts[ADA].note == "note 1"


async def test_while_a_client_waits_for_32_answers_nothing_more_is_read(corner: Corner) -> None:
    here = await corner.lets_in()
    paused = []
    for n in range(1, 33):
        here.asks(n)
        paused.append(not here.is_read())

    await corner.saves()

    assert paused == [False] * 31 + [True]
    assert here.is_read()
    assert kinds(here.hears()) == ["ok", "patch"] * 32


async def test_whatever_else_is_told_meanwhile_nothing_more_is_read(corner: Corner) -> None:
    here, there = await corner.lets_in(), await corner.lets_in(THERE)
    there.asks(1)
    corner.around.writer.takes()
    for n in range(1, 33):
        here.asks(n)

    corner.around.hub.announce([ADA])
    await soon()

    assert "patch" in kinds(here.hears())
    assert not here.is_read()


async def test_repeats_and_gaps_are_answers_too_and_refusals_to_come_later(corner: Corner) -> None:
    here = await corner.lets_in()
    here.asks(1)
    await corner.saves()
    for _ in range(40):
        here.asks(1)
        here.asks(3)

    await soon()

    assert here.is_read()
    assert [len(piece) for piece in here.socket.pieces] == [2, MOST_FRAMES + 1, 79 - MOST_FRAMES]


async def test_a_closed_connection_hears_no_more_verdicts_but_its_ops_are_done(
    corner: Corner,
) -> None:
    here = await corner.lets_in()
    here.asks(1)
    here.leaves()

    await corner.saves()

    assert here.hears() == []
    assert corner.around.disk.carts[ADA].note == "note 1"
    assert corner.around.hub.open_carts == 0


async def test_an_op_is_a_use_of_the_login_and_nothing_else_is(corner: Corner) -> None:
    here = await corner.lets_in()

    def left_ms() -> int:
        return corner.sessions.left_ms(corner.login)

    await passes(100)
    here.says("ping", id=7)
    here.says("watch", skus=[])
    here.says("resync")
    assert left_ms() == 9_900_000
    here.asks(1)

    assert left_ms() == 10_000_000


async def test_while_the_database_is_away_ops_are_busy_and_what_follows_is_held_back(
    corner: Corner,
) -> None:
    here = await corner.lets_in()
    here.asks(1)
    here.asks(2)
    corner.around.writer.takes()

    corner.around.hub.mark_unknown([ADA])
    here.asks(3)
    await soon()

    assert here.hears() == [
        {"t": "no", "n": n, "code": "busy", "retry_ms": BUSY_RETRY_MS} for n in (1, 2)
    ]


async def test_what_was_busy_is_done_when_it_comes_again(corner: Corner) -> None:
    here = await corner.lets_in()
    here.asks(1)
    here.asks(2)
    corner.around.writer.takes()
    corner.around.hub.mark_unknown([ADA])
    await corner.around.hub.resync()
    await soon()
    here.hears()

    for n in (1, 2, 3):
        here.asks(n)
    await corner.saves()

    assert kinds(here.hears()) == ["ok", "patch"] * 3


async def test_coming_again_too_early_to_a_busy_shop_is_no_fault(corner: Corner) -> None:
    here = await corner.lets_in()
    corner.around.hub.mark_unknown([ADA])

    for _ in range(10):
        here.asks(1)
        await soon()

    assert kinds(here.hears()) == ["no"] * 10
    assert here.is_in()


async def test_the_tabs_of_a_lost_cart_are_asked_to_come_back(corner: Corner) -> None:
    here, there = await corner.lets_in(), await corner.lets_in(THERE)
    here.asks(1)

    corner.around.hub.lose([ADA])

    assert here.socket.closed == there.socket.closed == (CloseCode.CART_LOST, "")


async def test_milk_that_runs_out_is_told_with_what_there_was(corner: Corner) -> None:
    here = await corner.lets_in()

    here.adds(1, qty=9, sku=MILK)
    await corner.saves()

    assert here.hears()[0] == {
        "t": "ok",
        "n": 1,
        "rev": 1,
        "warn": {"code": "clamped", "sku": MILK, "asked": 9, "got": 5},
    }
