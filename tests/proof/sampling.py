"""Looks at the tables again and again while shoppers shop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import Connection

from app.store.engines import connect
from app.store.queries import run_query


@asynccontextmanager
async def sampled(
    database: str, sample: Callable[[Connection], None], every_s: float
) -> AsyncIterator[None]:
    """Run *sample* before the block and until it ends, in a transaction each.

    The last is waited for: a thread that is left behind would leave its connection open.
    """
    engine, is_over = connect(database), asyncio.Event()

    async def watch() -> None:
        while not is_over.is_set():
            await asyncio.to_thread(run_query, engine, sample)
            with suppress(TimeoutError):
                await asyncio.wait_for(is_over.wait(), every_s)

    try:
        await asyncio.to_thread(run_query, engine, sample)
        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            is_over.set()
            await watching
    finally:
        engine.dispose()
