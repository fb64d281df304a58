"""What a tab does with what it hears, without a socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.client.backoff import Again
from app.client.decode import Heard
from app.client.encode import body
from app.client.errors import Misheard
from app.client.session import Session, VerdictFuture
from app.client.told import Drain
from app.domain.cart import AccountId
from app.domain.catalog import Sku
from app.domain.ops import AddLine
from app.domain.verdicts import Code, No, Ok
from app.protocol.messages import TabId
from tests.client.conftest import names
from tests.client.samples import sample

ACCOUNT, TAB = AccountId("u-3fa9"), TabId("5f0c2a7e-1b3d-4c6f-8a90-d2e4f6a81b3c")
FIRST_NAME, SECOND_NAME = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2))


class FakeVoice:
    """A connection that remembers what was said, and why it was left."""

    def __init__(self, gen: int):
        self.gen = gen
        self.said: list[dict[str, Any]] = []
        self.endings: list[Drain | Again] = []
        self._more = asyncio.Event()

    async def has_sent(self, ops: int) -> None:
        """Wait until so many ops were sent."""
        while len(self.ops) < ops:
            self._more.clear()
            await self._more.wait()

    def say(self, frame: str) -> None:
        """Remember it."""
        self.said.append(json.loads(frame))
        self._more.set()

    def end(self, ending: Drain | Again) -> None:
        """Remember it."""
        self.endings.append(ending)

    @property
    def ops(self) -> list[int]:
        """Numbers of all ops that were sent."""
        return [frame["n"] for frame in self.said if frame["t"] == "op"]

    @property
    def hello(self) -> dict[str, Any]:
        """The first thing that was said."""
        return self.said[0]


class Bench:
    """A session, what it told, and the connection that it settled on last."""

    def __init__(self) -> None:
        self.told: list[Heard] = []
        self.settled_on: object = None
        self.session = Session(ACCOUNT, TAB, names(), self.told.append, self._settle_on)

    def _settle_on(self, voice: object) -> None:
        self.settled_on = voice

    def hear(self, voice: FakeVoice, name: str, **changes: Any) -> None:
        """Have the session hear a sample."""
        self.session.hear(voice, json.dumps(sample(name, **changes)).encode())

    def greet(self, gen: int) -> FakeVoice:
        """Return a new connection on which hello was said."""
        voice = FakeVoice(gen)
        self.session.greet(voice)
        return voice

    def come_in(self, gen: int = 1, **welcome: Any) -> FakeVoice:
        """Return a new connection on which the tab was welcomed and told its cart."""
        voice = self.greet(gen)
        self.hear(voice, "welcome_first", **welcome)
        self.hear(voice, "snapshot_empty", rev=42, at="7c1d.42.0")
        return voice

    def ask(self, times: int = 1) -> list[VerdictFuture]:
        """Ask for apples."""
        askers: list[VerdictFuture] = [
            asyncio.get_running_loop().create_future() for _ in range(times)
        ]
        for asker in askers:
            self.session.send(body(AddLine(Sku("apples"), 1)), asker)
        return askers


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    bench.session.stop()


async def test_nothing_is_asked_before_the_welcome(bench: Bench) -> None:
    bench.ask(2)
    voice = bench.greet(1)
    assert voice.said == [
        {"t": "hello", "tab": TAB, "gen": 1, "outbox": FIRST_NAME, "at": None, "pend": []}
    ]
    bench.hear(voice, "welcome_first")
    assert voice.ops == [1, 2]


async def test_no_more_is_asked_at_once_than_the_welcome_allows(bench: Bench) -> None:
    limits = {**sample("welcome_first")["limits"], "inflight": 2}
    voice = bench.come_in(limits=limits)
    bench.ask(4)
    assert voice.ops == [1, 2]
    bench.hear(voice, "ok", n=1)
    assert voice.ops == [1, 2, 3]


async def test_a_verdict_reaches_who_asked(bench: Bench) -> None:
    voice = bench.come_in()
    first, second = bench.ask(2)
    bench.hear(voice, "no_sold_out", n=1)
    bench.hear(voice, "ok_clamped", n=2)
    assert isinstance(first.result(), No)
    assert first.result().code is Code.SOLD_OUT  # type: ignore[union-attr]
    assert isinstance(second.result(), Ok)
    bench.hear(voice, "ok_clamped", n=2)


async def test_who_no_longer_waits_is_left_alone(bench: Bench) -> None:
    voice = bench.come_in()
    (asker,) = bench.ask()
    asker.cancel()
    bench.hear(voice, "ok", n=1)
    assert asker.cancelled()
    assert len(bench.session.outbox) == 0


async def test_hello_names_what_is_pending_and_where_the_cart_stands(bench: Bench) -> None:
    voice = bench.come_in()
    bench.ask(3)
    bench.hear(voice, "ok", n=1)
    bench.session.leave(voice)
    again = bench.greet(2)
    assert (again.hello["gen"], again.hello["pend"]) == (2, [2, 3])
    assert again.hello["at"] == "7c1d.42.0"


async def test_what_the_welcome_does_not_answer_is_sent_again(bench: Bench) -> None:
    voice = bench.come_in()
    first, second, third = bench.ask(3)
    bench.session.leave(voice)
    again = bench.come_in(2, last=2, verdicts=[sample("ok", n=1), sample("ok", n=2)])
    assert (first.result().n, second.result().n) == (1, 2)
    assert again.ops == [3]
    assert not third.done()


async def test_an_op_that_has_a_verdict_it_was_not_told_is_sent_again_too(bench: Bench) -> None:
    voice = bench.come_in()
    (early,) = bench.ask()
    new = bench.greet(2)
    bench.ask()
    assert voice.ops == [1, 2]
    bench.hear(new, "welcome_first", last=2, verdicts=[sample("ok", n=1)])
    assert early.done()
    assert new.ops == [2]


async def test_a_shop_that_remembers_less_than_was_settled_gets_a_new_outbox(bench: Bench) -> None:
    voice = bench.come_in()
    settled, waiting = bench.ask(2)
    bench.hear(voice, "ok", n=1)
    bench.session.leave(voice)
    again = bench.greet(2)
    bench.hear(again, "welcome_first", why="future", last=0)
    assert again.ops == []
    assert again.endings == [Again(at_once=True)]
    anew = bench.come_in(3)
    assert anew.hello["outbox"] == SECOND_NAME
    assert anew.hello["pend"] == []
    assert anew.ops == [1]
    bench.hear(anew, "ok", n=1, rev=50)
    assert settled.result() == Ok(1, 42)
    assert waiting.result() == Ok(1, 50)


async def test_a_connection_that_is_gone_is_not_spoken_to_and_settles_nothing(
    bench: Bench,
) -> None:
    voice = bench.come_in()
    (asked,) = bench.ask()
    bench.session.leave(voice)
    bench.ask()
    bench.hear(voice, "ok", n=1)
    assert voice.ops == [1]
    assert not asked.done()


async def test_a_need_for_what_is_gone_makes_a_new_outbox(bench: Bench) -> None:
    voice = bench.come_in()
    bench.ask(2)
    bench.hear(voice, "ok", n=1)
    bench.hear(voice, "need", n=1)
    bench.ask()
    assert voice.ops == [1, 2]
    assert voice.endings == [Again(at_once=True)]
    assert bench.come_in(2).ops == [1, 2]


async def test_a_need_for_what_waits_is_met_in_order(bench: Bench) -> None:
    voice = bench.come_in()
    bench.ask(3)
    bench.hear(voice, "need", n=2)
    assert voice.ops == [1, 2, 3, 2, 3]
    assert voice.endings == []


async def test_verdicts_on_a_former_outbox_settle_nothing(bench: Bench) -> None:
    voice = bench.come_in()
    _, waiting = bench.ask(2)
    bench.hear(voice, "ok", n=1)
    bench.hear(voice, "need", n=1)
    bench.hear(voice, "ok", n=1)
    assert not waiting.done()
    assert len(bench.session.outbox) == 1


async def test_not_now_holds_everything_back_for_so_long(bench: Bench) -> None:
    voice = bench.come_in()
    bench.ask(3)
    bench.hear(voice, "no_rate", n=2, retry_ms=30)
    bench.hear(voice, "ok", n=1)
    bench.ask()
    assert voice.ops == [1, 2, 3]
    began_s = asyncio.get_running_loop().time()
    await voice.has_sent(6)
    assert asyncio.get_running_loop().time() - began_s >= 0.025
    assert voice.ops == [1, 2, 3, 2, 3, 4]


async def test_the_longest_of_several_waits_counts(bench: Bench) -> None:
    voice = bench.come_in()
    bench.ask(2)
    began_s = asyncio.get_running_loop().time()
    bench.hear(voice, "no_busy", n=1, retry_ms=1)
    bench.hear(voice, "no_busy", n=2, retry_ms=40)
    bench.hear(voice, "no_busy", n=1, retry_ms=1)
    await voice.has_sent(4)
    assert asyncio.get_running_loop().time() - began_s >= 0.035
    assert voice.ops == [1, 2, 1, 2]


async def test_a_session_that_stops_sends_nothing_after_a_wait(bench: Bench) -> None:
    voice = bench.come_in()
    bench.ask()
    bench.hear(voice, "no_rate", n=1, retry_ms=1)
    bench.session.stop()
    await asyncio.sleep(0.01)
    assert voice.ops == [1]


async def test_a_wait_outlives_the_connection(bench: Bench) -> None:
    voice = bench.come_in()
    bench.ask()
    bench.hear(voice, "no_rate", n=1, retry_ms=30)
    bench.session.leave(voice)
    again = bench.come_in(2)
    assert len(again.said) == 1
    await again.has_sent(1)
    assert again.ops == [1]


async def test_a_gap_is_filled_by_one_snapshot(bench: Bench) -> None:
    voice = bench.come_in()
    bench.hear(voice, "patch_set", prev=43, rev=44)
    bench.hear(voice, "patch_set", prev=44, rev=45)
    assert [frame["t"] for frame in voice.said] == ["hello", "resync"]
    in_doubt = bench.session.cart.at
    assert in_doubt is None
    bench.hear(voice, "snapshot_empty", rev=45, at="7c1d.45.0")
    assert bench.session.cart.at == "7c1d.45.0"
    bench.hear(voice, "patch_set", prev=45, rev=46)
    assert bench.session.cart.rev == 46


async def test_prices_are_not_put_on_a_cart_in_doubt(bench: Bench) -> None:
    voice = bench.come_in()
    bench.hear(voice, "patch_set", prev=43, rev=44)
    bench.hear(voice, "prices_of_lines")
    assert not bench.session.cart.lines


async def test_after_the_hello_of_a_new_connection_only_that_tells_the_cart(bench: Bench) -> None:
    old = bench.come_in()
    new = bench.greet(2)
    bench.hear(old, "patch_set")
    assert bench.session.cart.rev == 42
    bench.hear(new, "welcome_same")
    bench.hear(new, "prices_after_welcome_same")
    bench.hear(new, "patch_set")
    assert bench.session.cart.rev == 43


async def test_until_the_new_connection_is_welcomed_the_old_one_takes_ops(bench: Bench) -> None:
    old = bench.come_in()
    new = bench.greet(2)
    (asker,) = bench.ask()
    assert (old.ops, new.ops) == ([1], [])
    bench.hear(new, "welcome_same", last=0)
    assert new.ops == [1]
    assert bench.settled_on is new
    bench.hear(old, "ok", n=1)
    assert asker.result() == Ok(1, 42)


async def test_a_welcome_that_a_newer_connection_has_overtaken_counts_for_nothing(
    bench: Bench,
) -> None:
    old = bench.greet(1)
    bench.ask()
    bench.greet(2)
    bench.hear(old, "welcome_first")
    assert old.ops == []
    assert bench.settled_on is None


async def test_a_verdict_after_the_hello_is_no_sign_of_a_lost_memory(bench: Bench) -> None:
    old = bench.come_in()
    bench.ask()
    new = bench.greet(2)
    bench.hear(old, "ok", n=1)
    bench.hear(new, "welcome_same", last=0)
    assert new.endings == []


async def test_a_connection_that_no_longer_takes_ops_holds_nothing_back(bench: Bench) -> None:
    old = bench.come_in()
    bench.ask(2)
    new = bench.greet(2)
    bench.hear(new, "welcome_same", last=0)
    bench.hear(old, "no_busy", n=1, retry_ms=60_000)
    bench.hear(old, "need", n=99)
    bench.ask()
    assert new.ops == [1, 2, 3]
    assert new.endings == []


async def test_a_drain_is_a_reason_to_leave(bench: Bench) -> None:
    voice = bench.come_in()
    bench.hear(voice, "drain")
    assert voice.endings == [Drain(340, 10_000)]


async def test_watching_is_said_again_on_each_connection(bench: Bench) -> None:
    voice = bench.come_in()
    bench.session.watch(frozenset({Sku("milk-2l"), Sku("kiwi-6")}))
    watch = {"t": "watch", "skus": ["kiwi-6", "milk-2l"]}
    assert voice.said[-1] == watch
    bench.hear(voice, "prices_watched")
    assert set(bench.session.prices) == {"kiwi-6", "milk-2l"}
    bench.session.leave(voice)
    assert bench.come_in(2).said[1] == watch
    bench.session.watch(frozenset({Sku("kiwi-6")}))
    assert set(bench.session.prices) == {"kiwi-6"}


async def test_asides_are_remembered(bench: Bench) -> None:
    voice = bench.come_in()
    bench.hear(voice, "tabs", n=3)
    bench.hear(voice, "auth", session_left_ms=120)
    assert (bench.session.tabs, bench.session.session_left_ms) == (3, 120)


async def test_everything_heard_is_told_after_it_was_done(bench: Bench) -> None:
    bench.come_in()
    assert [type(news).__name__ for news in bench.told] == ["Welcome", "Snapshot"]


async def test_somebody_elses_welcome_is_a_broken_promise(bench: Bench) -> None:
    voice = bench.greet(1)
    with pytest.raises(Misheard, match="u-mallory"):
        bench.hear(voice, "welcome_first", account="u-mallory")


async def test_a_position_given_up_is_not_said_again(bench: Bench) -> None:
    bench.come_in()
    bench.session.forget()
    assert bench.greet(2).hello["at"] is None
