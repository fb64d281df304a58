"""Ops over HTTP, one to a request, sent again under its number until there is a verdict."""

import asyncio

from app.client import Problem
from app.client.encode import ClientOp, op, op_body
from app.client.messages import Need
from app.domain.verdicts import RetryLater, Verdict
from app.load.frames import read_wish
from app.load.shopper import AGAIN_S, TROUBLE, Shopper

FIRST_FAILURE = 500


class NotAnswered(Exception):
    """The shop did not say what became of an op."""


class Post:
    """An outbox that is sent by letter."""

    def __init__(self, shopper: Shopper):
        self._shopper = shopper
        self._outbox = shopper.run.new_name()
        self._witness = shopper.witness()
        self._n = 0

    async def ask(self, wish: ClientOp, since_s: float) -> None:
        """Ask for *wish*, and count the answer from *since_s*."""
        self._n += 1
        run, checker = self._shopper.run, self._shopper.checker
        run.left -= 1
        run.counters.asked += 1
        checker.ask(self._outbox, read_wish(op(self._n, op_body(wish))))
        verdict = await self._verdict(wish)
        checker.rule(self._outbox, verdict)
        self._shopper.count(verdict, since_s)

    async def _verdict(self, wish: ClientOp) -> Verdict:
        deadline_s = self._shopper.run.now_s() + self._shopper.run.plan.settle_s
        while self._shopper.run.now_s() < deadline_s:
            try:
                told = await self._send(wish)
            except TROUBLE as trouble:
                await self._wait_out(trouble)
                continue
            match told:
                case RetryLater(code=code, retry_ms=retry_ms):
                    self._shopper.run.counters.later[code] += 1
                    await asyncio.sleep(retry_ms / 1000)
                case Need():
                    raise NotAnswered(f"op {self._n} was answered with need {told.n}")
                case _:
                    return told
        raise NotAnswered(f"op {self._n} got no verdict")

    async def _send(self, wish: ClientOp) -> Verdict | RetryLater | Need:
        trace = self._shopper.trace
        trace.note("http >", f"{self._outbox} {op(self._n, op_body(wish))}")
        answered = await self._shopper.account.send(
            self._outbox, [(self._n, wish)], observer=self._witness
        )
        trace.note("http <", f"{answered.verdicts} {answered.at}")
        return answered.verdicts[0]

    async def _wait_out(self, trouble: Exception) -> None:
        """Wait before the next try; what the shop refuses outright is not tried again."""
        self._shopper.run.counters.errors[f"{type(trouble).__name__}: {trouble}"] += 1
        if isinstance(trouble, Problem) and trouble.status < FIRST_FAILURE:
            raise trouble
        after_s = trouble.retry_after_s if isinstance(trouble, Problem) else 0
        await asyncio.sleep(after_s or AGAIN_S)
