"""How the state machine of a tab reacts to messages, without a websocket."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.client.backoff import Reconnect
from app.client.decode import UnknownMessage
from app.client.errors import ServerProtocolError
from app.client.tab_state import TabState
from app.domain.catalog import Money, Sku
from app.domain.verdicts import Code, No, Ok
from app.protocol.messages import Drain
from tests.client.samples import sample
from tests.client.session_harness import ACCOUNT, FIRST_NAME, SECOND_NAME, TAB, SessionHarness


@pytest.fixture
async def harness() -> AsyncIterator[SessionHarness]:
    harness = SessionHarness()
    yield harness
    harness.session.stop()


async def test_the_hello_names_the_language_that_is_wanted() -> None:
    harness = SessionHarness("zh-Hant")
    assert harness.open(1).hello["language"] == "zh-Hant"
    harness.session.stop()


async def test_no_op_is_sent_before_the_welcome(harness: SessionHarness) -> None:
    harness.submit(2)
    connection = harness.open(1)
    assert connection.sent == [
        {
            "t": "hello",
            "account": ACCOUNT,
            "tab": TAB,
            "gen": 1,
            "outbox": FIRST_NAME,
            "at": None,
            "pend": [],
        }
    ]
    harness.receive(connection, "welcome_first")
    assert connection.ops == [1, 2]


async def test_no_more_ops_are_in_flight_than_the_welcome_allows(harness: SessionHarness) -> None:
    limits = {**sample("welcome_first")["limits"], "inflight": 2}
    connection = harness.connect(limits=limits)
    harness.submit(4)
    assert connection.ops == [1, 2]
    harness.receive(connection, "ok", n=1)
    assert connection.ops == [1, 2, 3]


async def test_a_verdict_sets_the_waiters_result(harness: SessionHarness) -> None:
    connection = harness.connect()
    first, second = harness.submit(2)
    harness.receive(connection, "no_sold_out", n=1)
    harness.receive(connection, "ok_clamped", n=2)
    assert isinstance(first.result(), No)
    assert first.result().code is Code.SOLD_OUT  # type: ignore[union-attr]
    assert isinstance(second.result(), Ok)
    harness.receive(connection, "ok_clamped", n=2)


async def test_a_cancelled_waiter_stays_cancelled(harness: SessionHarness) -> None:
    connection = harness.connect()
    (waiter,) = harness.submit()
    waiter.cancel()
    harness.receive(connection, "ok", n=1)
    assert waiter.cancelled()
    assert len(harness.session.outbox) == 0


async def test_hello_names_what_is_pending_and_where_the_cart_stands(
    harness: SessionHarness,
) -> None:
    connection = harness.connect()
    harness.submit(3)
    harness.receive(connection, "ok", n=1)
    harness.session.on_close(connection)
    second = harness.open(2)
    assert (second.hello["gen"], second.hello["pend"]) == (2, [2, 3])
    assert second.hello["at"] == "7c1d.42.0"


async def test_what_the_welcome_does_not_answer_is_sent_again(harness: SessionHarness) -> None:
    connection = harness.connect()
    first, second, third = harness.submit(3)
    harness.session.on_close(connection)
    new = harness.connect(2, last=2, verdicts=[sample("ok", n=1), sample("ok", n=2)])
    assert (first.result().n, second.result().n) == (1, 2)
    assert new.ops == [3]
    assert not third.done()


async def test_an_op_whose_verdict_the_welcome_lacks_is_sent_again(
    harness: SessionHarness,
) -> None:
    connection = harness.connect()
    (early,) = harness.submit()
    new = harness.open(2)
    harness.submit()
    assert connection.ops == [1, 2]
    harness.receive(new, "welcome_first", last=2, verdicts=[sample("ok", n=1)])
    assert early.done()
    assert new.ops == [2]


async def test_a_server_that_knows_less_than_was_settled_gets_a_new_outbox(
    harness: SessionHarness,
) -> None:
    connection = harness.connect()
    settled, waiting = harness.submit(2)
    harness.receive(connection, "ok", n=1)
    harness.session.on_close(connection)
    second = harness.open(2)
    harness.receive(second, "welcome_first", why="future", last=0)
    assert second.ops == []
    assert second.outcomes == [Reconnect(immediately=True)]
    third = harness.connect(3)
    assert third.hello["outbox"] == SECOND_NAME
    assert third.hello["pend"] == []
    assert third.ops == [1]
    harness.receive(third, "ok", n=1, rev=50)
    assert settled.result() == Ok(1, 42)
    assert waiting.result() == Ok(1, 50)


async def test_a_closed_connection_gets_no_ops_and_settles_none(
    harness: SessionHarness,
) -> None:
    connection = harness.connect()
    (submitted,) = harness.submit()
    harness.session.on_close(connection)
    harness.submit()
    harness.receive(connection, "ok", n=1)
    assert connection.ops == [1]
    assert not submitted.done()


async def test_a_need_for_a_settled_op_restarts_the_outbox(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.submit(2)
    harness.receive(connection, "ok", n=1)
    harness.receive(connection, "need", n=1)
    harness.submit()
    assert connection.ops == [1, 2]
    assert connection.outcomes == [Reconnect(immediately=True)]
    assert harness.connect(2).ops == [1, 2]


async def test_a_need_for_a_waiting_op_sends_again_from_there(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.submit(3)
    harness.receive(connection, "need", n=2)
    assert connection.ops == [1, 2, 3, 2, 3]
    assert connection.outcomes == []


async def test_verdicts_on_a_former_outbox_settle_nothing(harness: SessionHarness) -> None:
    connection = harness.connect()
    _, waiting = harness.submit(2)
    harness.receive(connection, "ok", n=1)
    harness.receive(connection, "need", n=1)
    harness.receive(connection, "ok", n=1)
    assert not waiting.done()
    assert len(harness.session.outbox) == 1


async def test_retry_later_pauses_sending(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.submit(3)
    harness.receive(connection, "no_rate", n=2, retry_ms=30)
    harness.receive(connection, "ok", n=1)
    harness.submit()
    assert connection.ops == [1, 2, 3]
    began_s = asyncio.get_running_loop().time()
    await connection.wait_for_ops(6)
    assert asyncio.get_running_loop().time() - began_s >= 0.025
    assert connection.ops == [1, 2, 3, 2, 3, 4]


async def test_the_longest_of_several_pauses_counts(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.submit(2)
    began_s = asyncio.get_running_loop().time()
    harness.receive(connection, "no_busy", n=1, retry_ms=1)
    harness.receive(connection, "no_busy", n=2, retry_ms=40)
    harness.receive(connection, "no_busy", n=1, retry_ms=1)
    await connection.wait_for_ops(4)
    assert asyncio.get_running_loop().time() - began_s >= 0.035
    assert connection.ops == [1, 2, 1, 2]


async def test_a_stopped_session_sends_nothing_after_a_pause(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.submit()
    harness.receive(connection, "no_rate", n=1, retry_ms=1)
    harness.session.stop()
    await asyncio.sleep(0.01)
    assert connection.ops == [1]


async def test_a_pause_outlives_the_connection(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.submit()
    harness.receive(connection, "no_rate", n=1, retry_ms=30)
    harness.session.on_close(connection)
    second = harness.connect(2)
    assert len(second.sent) == 1
    await second.wait_for_ops(1)
    assert second.ops == [1]


async def test_a_gap_is_filled_by_one_snapshot(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.receive(connection, "patch_set", prev=43, rev=44)
    harness.receive(connection, "patch_set", prev=44, rev=45)
    assert [frame["t"] for frame in connection.sent] == ["hello", "resync"]
    in_doubt = harness.session.cart.at
    assert in_doubt is None
    harness.receive(connection, "snapshot_empty", rev=45, at="7c1d.45.0")
    assert harness.session.cart.at == "7c1d.45.0"
    harness.receive(connection, "patch_set", prev=45, rev=46)
    assert harness.session.cart.rev == 46


async def test_prices_do_not_change_a_stale_cart(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.receive(connection, "patch_set", prev=43, rev=44)
    harness.receive(connection, "prices_of_lines")
    assert not harness.session.cart.lines


async def test_after_its_hello_only_the_new_connection_updates_the_cart(
    harness: SessionHarness,
) -> None:
    old = harness.connect()
    new = harness.open(2)
    harness.receive(old, "patch_set")
    assert harness.session.cart.rev == 42
    harness.receive(new, "welcome_same")
    harness.receive(new, "prices_after_welcome_same")
    harness.receive(new, "patch_set")
    assert harness.session.cart.rev == 43


async def test_until_the_new_connection_is_welcomed_the_old_one_takes_ops(
    harness: SessionHarness,
) -> None:
    old = harness.connect()
    new = harness.open(2)
    (waiter,) = harness.submit()
    assert (old.ops, new.ops) == ([1], [])
    harness.receive(new, "welcome_same", last=0)
    assert new.ops == [1]
    assert harness.activated is new
    harness.receive(old, "ok", n=1)
    assert waiter.result() == Ok(1, 42)


async def test_a_welcome_on_an_older_connection_is_ignored(
    harness: SessionHarness,
) -> None:
    old = harness.open(1)
    harness.submit()
    harness.open(2)
    harness.receive(old, "welcome_first")
    assert old.ops == []
    assert harness.activated is None


async def test_a_verdict_after_hello_does_not_restart_the_outbox(
    harness: SessionHarness,
) -> None:
    old = harness.connect()
    harness.submit()
    new = harness.open(2)
    harness.receive(old, "ok", n=1)
    harness.receive(new, "welcome_same", last=0)
    assert new.outcomes == []


async def test_an_inactive_connection_cannot_pause_sending(
    harness: SessionHarness,
) -> None:
    old = harness.connect()
    harness.submit(2)
    new = harness.open(2)
    harness.receive(new, "welcome_same", last=0)
    harness.receive(old, "no_busy", n=1, retry_ms=60_000)
    harness.receive(old, "need", n=99)
    harness.submit()
    assert new.ops == [1, 2, 3]
    assert new.outcomes == []


async def test_a_drain_ends_the_connection(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.receive(connection, "drain")
    assert connection.outcomes == [Drain(340, 10_000)]


async def test_watch_is_sent_on_each_connection(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.session.watch(frozenset({Sku("milk-2l"), Sku("kiwi-6")}))
    watch = {"t": "watch", "skus": ["kiwi-6", "milk-2l"]}
    assert connection.sent[-1] == watch
    harness.receive(connection, "prices_watched")
    assert set(harness.session.prices) == {"kiwi-6", "milk-2l"}
    harness.session.on_close(connection)
    assert harness.connect(2).sent[1] == watch
    harness.session.watch(frozenset({Sku("kiwi-6")}))
    assert set(harness.session.prices) == {"kiwi-6"}


async def test_notices_update_the_session(harness: SessionHarness) -> None:
    connection = harness.connect()
    harness.receive(connection, "tabs", n=3)
    harness.receive(connection, "auth", session_left_ms=120)
    assert (harness.session.tabs, harness.session.session_left_ms) == (3, 120)


async def test_messages_are_published_after_they_are_applied(harness: SessionHarness) -> None:
    harness.connect()
    assert [type(message).__name__ for message in harness.published] == ["Welcome", "Snapshot"]


async def test_a_message_of_an_unknown_type_is_published_and_changes_nothing(
    harness: SessionHarness,
) -> None:
    connection = harness.connect()
    cart = harness.session.cart
    harness.session.on_message(connection, b'{"t":"weather","rain":true}')
    assert harness.published[-1] == UnknownMessage("weather")
    assert (harness.session.cart, len(connection.sent)) == (cart, 1)


async def test_features_are_those_of_the_newest_welcome(harness: SessionHarness) -> None:
    harness.connect(features=["presence", "gifts"])
    assert harness.session.features == ("presence", "gifts")
    harness.connect(2, features=[])
    assert list(harness.session.features) == []


async def test_amounts_have_the_decimals_that_the_newest_welcome_names(
    harness: SessionHarness,
) -> None:
    state = TabState(harness.session)
    for gen, decimals, exact in ((1, 2, "12.34"), (2, 0, "1234"), (3, 3, "1.234")):
        harness.connect(gen, decimals=decimals)
        assert str(state.exact(Money(1234))) == exact


async def test_a_welcome_of_another_account_is_a_protocol_error(harness: SessionHarness) -> None:
    connection = harness.open(1)
    with pytest.raises(ServerProtocolError, match="u-mallory"):
        harness.receive(connection, "welcome_first", account="u-mallory")


async def test_a_discarded_position_is_not_in_the_next_hello(harness: SessionHarness) -> None:
    harness.connect()
    harness.session.discard_position()
    assert harness.open(2).hello["at"] is None
