"""Asking a live cart over HTTP: an op goes in, and its answer is waited for."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from app.domain.outbox import OutboxId, Ticket
from app.domain.verdicts import Later, No, Ok, Passing
from app.live.cart import BUSY_RETRY_MS, LiveCart
from app.live.ports import Farewell
from app.protocol.decode import Asked
from app.protocol.messages import Need, News

PATIENCE_S = 15.0


class Contradicted(NamedTuple):
    """Another op had the number `n` before."""

    n: int


Told = Ok | No | Later | Need | Contradicted


class Answer:
    """An asker that waits for the one thing it is told about op `n`."""

    def __init__(self, n: int):
        self._n = n
        self._told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()

    @property
    def is_final(self) -> bool:
        """Say whether what follows in the same outbox may still be asked."""
        return not self._told.done() or isinstance(self._told.result(), Ok | No)

    def tell(self, news: News) -> None:
        """Take the answer at once; whoever waited for it may have gone."""
        if isinstance(news, Ok | No | Later | Need):
            self._settle(news)

    def contradict(self) -> None:
        """Learn that another op had this number before."""
        self._settle(Contradicted(self._n))

    def dismiss(self, _why: Farewell) -> None:
        """Learn that nothing more will be told: only asking again can show what became of it."""
        self._settle(Later(self._n, Passing.BUSY, BUSY_RETRY_MS))

    async def hear(self) -> Told:
        """Wait for the answer; after a while that too is an answer."""
        await asyncio.wait([self._told], timeout=PATIENCE_S)
        self.dismiss(Farewell.LOST)
        return self._told.result()

    def _settle(self, told: Told) -> None:
        if not self._told.done():
            self._told.set_result(told)


async def ask(cart: LiveCart, outbox: OutboxId, asked: Iterable[Asked]) -> list[Told]:
    """Return what is told of each op, up to the first that is not settled for good.

    All are asked before the first answer is waited for, so that one save can take them together.
    """
    answers = []
    for n, op, body in asked:
        answer = Answer(n)
        cart.submit(Ticket(outbox, n, body), op, answer)
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
