"""Makes PDF files in processes of their own, one at a time, so that no cart waits for them."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from typing import Final

from msgspec import json

from app.services.errors import ServiceError
from app.services.fair_queue import FairQueue
from app.services.receipts.sheets import Receipt

AT_ONCE: Final = 1
MOST: Final = 16
"""So many are made or wait; that is about ten seconds of one processor."""
LONGEST_S: Final = 30.0
_COMMAND: Final = (sys.executable, "-m", "app.services.receipts")


class NotPrinted(ServiceError):
    """The PDF file was not made; it may be asked for again."""


class ReceiptPrinter:
    """Draws receipts, behind a fair queue. Drawing needs the interpreter for half a second."""

    def __init__(self) -> None:
        self._queue = FairQueue(AT_ONCE, MOST)

    async def print(self, receipt: Receipt, address: str) -> bytes:
        """Return the PDF file of *receipt*, for a client at *address*.

        Raises QueueFull or NotPrinted.
        """
        await self._queue.join(address)
        try:
            return await _draw(json.encode(receipt))
        finally:
            self._queue.leave()


async def _draw(receipt: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=PIPE, stdout=PIPE)
    try:
        async with asyncio.timeout(LONGEST_S):
            drawn, _ = await process.communicate(receipt)
    except TimeoutError as error:
        raise NotPrinted from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotPrinted
    return drawn
