"""Submits ops of a cart over HTTP, and waits for their verdicts.

An op is idempotent by its number: submitted again under the same number, it gets the verdict of
the first time (protocol.md §4).
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from app.domain.accounts import AccountId
from app.domain.members import OWNER
from app.domain.outbox import OpRef, OutboxId
from app.domain.verdicts import No, Ok, RetryCode, RetryLater
from app.live.cart import LiveCart
from app.live.pending_op import BUSY_RETRY_MS
from app.live.ports import DisconnectReason
from app.protocol.decode import SubmitOp
from app.protocol.messages import Need, ServerMessage

VERDICT_TIMEOUT_S = 15.0


class DuplicateNumber(NamedTuple):
    """Number `n` belongs to an earlier op with another body."""

    n: int


OpResult = Ok | No | RetryLater | Need | DuplicateNumber


class PendingVerdict:
    """A subscriber that waits for the one result of op `n`."""

    def __init__(self, n: int):
        self._n = n
        self._result: asyncio.Future[OpResult] = asyncio.get_running_loop().create_future()

    @property
    def may_continue(self) -> bool:
        """Say whether the next op of the outbox may be submitted.

        It may not after an op that is to be sent again: that one comes first.
        """
        return not self._result.done() or isinstance(self._result.result(), Ok | No)

    def tell(self, message: ServerMessage) -> None:
        """Take the result out of *message*; any other message is ignored."""
        if isinstance(message, Ok | No | RetryLater | Need):
            self._settle(message)

    def reject_duplicate(self) -> None:
        """Settle as a duplicate number."""
        self._settle(DuplicateNumber(self._n))

    def disconnect(self, _why: DisconnectReason) -> None:
        """Settle as unknown: the client finds the verdict by sending the op again."""
        self._settle(RetryLater(self._n, RetryCode.BUSY, BUSY_RETRY_MS))

    async def wait(self) -> OpResult:
        """Return the result; after `VERDICT_TIMEOUT_S` seconds, that it is unknown."""
        await asyncio.wait([self._result], timeout=VERDICT_TIMEOUT_S)
        self.disconnect(DisconnectReason.LOST)
        return self._result.result()

    def _settle(self, result: OpResult) -> None:
        if not self._result.done():
            self._result.set_result(result)


async def submit_ops(
    cart: LiveCart, outbox: OutboxId, ops: Iterable[SubmitOp], by: AccountId = OWNER
) -> list[OpResult]:
    """Return the result of each op of *by*, up to the first that is neither ok nor refused.

    All are submitted before the first verdict is awaited, so that one commit can save them all.
    """
    pending = []
    for op in ops:
        verdict = PendingVerdict(op.n)
        cart.submit(OpRef(outbox, op.n, op.body, by), op.op, verdict)
        pending.append(verdict)
        if not verdict.may_continue:
            break
    return await _wait_for(pending)


async def _wait_for(pending: Iterable[PendingVerdict]) -> list[OpResult]:
    results = []
    for verdict in pending:
        results.append(await verdict.wait())
        if not isinstance(results[-1], Ok | No):
            break
    return results
