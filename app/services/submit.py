"""Asking a live cart over HTTP: an op goes in, and its answer is waited for."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from app.domain.outbox import OpRef, OutboxId
from app.domain.verdicts import No, Ok, RetryCode, RetryLater
from app.live.cart import LiveCart
from app.live.pending_op import BUSY_RETRY_MS
from app.live.ports import DisconnectReason
from app.protocol.decode import SubmitOp
from app.protocol.messages import Need, ServerMessage

PATIENCE_S = 15.0


class DuplicateNumber(NamedTuple):
    """Another op had the number `n` before."""

    n: int


Told = Ok | No | RetryLater | Need | DuplicateNumber


class Answer:
    """An asker that waits for the one thing it is told about op `n`."""

    def __init__(self, n: int):
        self._n = n
        self._told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()

    @property
    def is_final(self) -> bool:
        """Say whether what follows in the same outbox may still be asked."""
        return not self._told.done() or isinstance(self._told.result(), Ok | No)

    def tell(self, news: ServerMessage) -> None:
        """Take the answer at once; whoever waited for it may have gone."""
        if isinstance(news, Ok | No | RetryLater | Need):
            self._settle(news)

    def reject_duplicate(self) -> None:
        """Learn that another op had this number before."""
        self._settle(DuplicateNumber(self._n))

    def disconnect(self, _why: DisconnectReason) -> None:
        """Learn that nothing more will be told: only asking again can show what became of it."""
        self._settle(RetryLater(self._n, RetryCode.BUSY, BUSY_RETRY_MS))

    async def hear(self) -> Told:
        """Wait for the answer; after a while that too is an answer."""
        await asyncio.wait([self._told], timeout=PATIENCE_S)
        self.disconnect(DisconnectReason.LOST)
        return self._told.result()

    def _settle(self, told: Told) -> None:
        if not self._told.done():
            self._told.set_result(told)


async def ask(cart: LiveCart, outbox: OutboxId, asked: Iterable[SubmitOp]) -> list[Told]:
    """Return what is told of each op, up to the first that is not settled for good.

    All are asked before the first answer is waited for, so that one save can take them together.
    """
    answers = []
    for n, op, body in asked:
        answer = Answer(n)
        cart.submit(OpRef(outbox, n, body), op, answer)
        answers.append(answer)
        if not answer.is_final:
            break
    return await _hear(answers)


async def _hear(answers: Iterable[Answer]) -> list[Told]:
    told = []
    for answer in answers:
        told.append(await answer.hear())
        if not isinstance(told[-1], Ok | No):
            break
    return told
