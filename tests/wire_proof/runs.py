"""Runs: a connection each, with mutants up to the first that ends it, drawn from a seed."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID

from websockets.frames import Opcode

from tests.e2e.raw_client import Shopper
from tests.wire_proof.mutants import Mutant, broken, frame, in_fragments, wild
from tests.wire_proof.oracle import Oracle
from tests.wire_proof.peer import PATIENCE_S, Peer, peer_of
from tests.wire_proof.texts import mutated_text

MOST_IN_A_RUN = 30
"""So few that no verdict of the run is out of memory (protocol.md §3)."""
STAYED_OPEN, DIED = "stayed open", "was closed"


class Run:
    """What one connection sends, and what comes of it; the same for the same *seed*."""

    def __init__(self, seed: str):
        self.seed = seed
        self.oracle = Oracle()
        self.mutants = list(self._draw(Random(seed)))
        self._verdict: asyncio.Future[None] | None = None

    @property
    def ends(self) -> frozenset[int]:
        """Return the codes with which it may end; none: it must live."""
        return self.mutants[-1].ends

    async def go(self, shopper: Shopper) -> str:
        """Send it all; return what went otherwise than it must, "" if nothing."""
        self._verdict = asyncio.get_running_loop().create_future()
        peer = await peer_of(shopper, self._hear)
        peer.write(self._hello() + b"".join(mutant.data for mutant in self.mutants))
        if self.mutants[-1].half_closed and not peer.transport.is_closing():
            peer.transport.write_eof()
        try:
            went = await (self._closed(peer) if self.ends else self._lived(peer))
        finally:
            peer.transport.abort()
        return went and f"{self.seed}: {went}, after {self.mutants[-1].data[:300]!r}"

    def _draw(self, chance: Random) -> Iterator[Mutant]:
        for _ in range(chance.randint(1, MOST_IN_A_RUN)):
            mutant = self._mutant(chance)
            yield mutant
            if mutant.ends:
                return

    def _mutant(self, chance: Random) -> Mutant:
        kind = chance.random()
        if kind < 0.02:
            return broken(chance)
        text = mutated_text(chance, self.oracle.next)
        if kind < 0.03:
            return wild(chance, text)
        ends = self.oracle.outcome(text)
        return Mutant(in_fragments(chance, text) if kind < 0.2 else frame(Opcode.TEXT, text), ends)

    def _hello(self) -> bytes:
        chance = Random(f"hello {self.seed}")
        tab, outbox = (str(UUID(int=chance.getrandbits(128))) for _ in range(2))
        hello = {"t": "hello", "tab": tab, "gen": 1, "outbox": outbox}
        return frame(Opcode.TEXT, json.dumps(hello).encode())

    async def _closed(self, peer: Peer) -> str:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                code = await asyncio.shield(peer.over)
            return "" if code in self.ends else f"{code}, not one of {sorted(self.ends)}"
        return STAYED_OPEN

    async def _lived(self, peer: Peer) -> str:
        """Ask something at the end; there must be a verdict with the very number."""
        assert self._verdict
        last = {"t": "op", "n": self.oracle.next, "k": "note.set", "text": self.seed}
        peer.write(frame(Opcode.TEXT, json.dumps(last).encode()))
        both: set[asyncio.Future[Any]] = {self._verdict, peer.over}
        await asyncio.wait(both, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        if peer.over.done():
            return f"{DIED} with {peer.over.result()}"
        return "" if self._verdict.done() else f"op {self.oracle.next} had no verdict"

    def _hear(self, text: bytes) -> None:
        said = json.loads(text)
        is_verdict = said["t"] in {"ok", "no"} and said["n"] == self.oracle.next
        if is_verdict and self._verdict and not self._verdict.done():
            self._verdict.set_result(None)
