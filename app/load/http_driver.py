"""Ops over HTTP, one to a request, sent again with the same number until there is a verdict."""

import asyncio

from app.client import Problem
from app.client.encode import op, op_body
from app.domain.ops import ClientOp
from app.domain.verdicts import RetryLater, Verdict
from app.load.frames import decode_op
from app.load.shopper import REQUEST_ERRORS, RETRY_S, Shopper
from app.protocol.messages import Need

FIRST_SERVER_ERROR = 500


class NoVerdict(Exception):
    """An op got no verdict, so that it is unknown whether it was applied."""


class HttpDriver:
    """An outbox whose ops go out as `POST /api/cart/ops`."""

    def __init__(self, shopper: Shopper):
        self._shopper = shopper
        self._outbox = shopper.run.new_name()
        self._observer = shopper.new_checker()
        self._n = 0

    async def submit(self, change: ClientOp, since_s: float) -> None:
        """Submit *change* until it has a verdict; its latency counts from *since_s*."""
        self._n += 1
        run, checker = self._shopper.run, self._shopper.checker
        run.ops_left -= 1
        run.counters.submitted += 1
        checker.on_sent(self._outbox, decode_op(op(self._n, op_body(change))))
        verdict = await self._verdict(change)
        checker.on_verdict(self._outbox, verdict)
        self._shopper.count(verdict, since_s)

    async def _verdict(self, change: ClientOp) -> Verdict:
        deadline_s = self._shopper.run.now_s() + self._shopper.run.plan.settle_s
        while self._shopper.run.now_s() < deadline_s:
            try:
                result = await self._send(change)
            except REQUEST_ERRORS as error:
                await self._back_off(error)
                continue
            match result:
                case RetryLater(code=code, retry_ms=retry_ms):
                    self._shopper.run.counters.later[code] += 1
                    await asyncio.sleep(retry_ms / 1000)
                case Need():
                    raise NoVerdict(f"op {self._n} was answered with need {result.n}")
                case _:
                    return result
        raise NoVerdict(f"op {self._n} got no verdict")

    async def _send(self, change: ClientOp) -> Verdict | RetryLater | Need:
        trace = self._shopper.trace
        trace.record("http >", f"{self._outbox} {op(self._n, op_body(change))}")
        response = await self._shopper.account.send(
            self._outbox, [(self._n, change)], observer=self._observer
        )
        trace.record("http <", f"{response.verdicts} {response.at}")
        return response.verdicts[0]

    async def _back_off(self, error: Exception) -> None:
        """Wait before the next attempt; re-raise *error* if the server refused the request."""
        self._shopper.run.counters.errors[f"{type(error).__name__}: {error}"] += 1
        if isinstance(error, Problem) and error.status < FIRST_SERVER_ERROR:
            raise error
        after_s = error.retry_after_s if isinstance(error, Problem) else 0
        await asyncio.sleep(after_s or RETRY_S)
