"""Runs: one connection each, with mutants up to the first that closes it, drawn from a seed."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID

from websockets.frames import Opcode

from tests.e2e.raw_client import Shopper
from tests.wire_proof.mutants import Mutant, corrupted_frame, frame, in_fragments, invalid_frames
from tests.wire_proof.mutated_texts import mutated_text
from tests.wire_proof.oracle import Oracle
from tests.wire_proof.peer import TIMEOUT_S, Peer, peer_of

MAX_FRAMES_PER_RUN = 30
"""So few that the shop still remembers each verdict of the run (protocol.md §3)."""
STAYED_OPEN, DIED = "stayed open", "was closed"


class Run:
    """What one connection sends, and the outcome that must follow; determined by *seed*."""

    def __init__(self, seed: str):
        self.seed = seed
        self.oracle = Oracle()
        self.mutants = list(self._draw(Random(seed)))
        self._verdict: asyncio.Future[None] | None = None

    @property
    def close_codes(self) -> frozenset[int]:
        """The codes with which it may be closed; empty if it must stay open."""
        return self.mutants[-1].close_codes

    async def execute(self, shopper: Shopper) -> str:
        """Send all mutants; return a description of the failure, or "" if there is none."""
        self._verdict = asyncio.get_running_loop().create_future()
        peer = await peer_of(shopper, self._on_text)
        peer.write(self._hello() + b"".join(mutant.data for mutant in self.mutants))
        if self.mutants[-1].half_closed and not peer.transport.is_closing():
            peer.transport.write_eof()
        try:
            failure = await (
                self._unless_closed(peer) if self.close_codes else self._unless_open(peer)
            )
        finally:
            peer.transport.abort()
        return failure and f"{self.seed}: {failure}, after {self.mutants[-1].data[:300]!r}"

    def _draw(self, chance: Random) -> Iterator[Mutant]:
        for _ in range(chance.randint(1, MAX_FRAMES_PER_RUN)):
            mutant = self._mutant(chance)
            yield mutant
            if mutant.close_codes:
                return

    def _mutant(self, chance: Random) -> Mutant:
        kind = chance.random()
        if kind < 0.02:
            return invalid_frames(chance)
        text = mutated_text(chance, self.oracle.next)
        if kind < 0.03:
            return corrupted_frame(chance, text)
        close_codes = self.oracle.outcome(text)
        return Mutant(
            in_fragments(chance, text) if kind < 0.2 else frame(Opcode.TEXT, text), close_codes
        )

    def _hello(self) -> bytes:
        chance = Random(f"hello {self.seed}")
        tab, outbox = (str(UUID(int=chance.getrandbits(128))) for _ in range(2))
        hello = {"t": "hello", "tab": tab, "gen": 1, "outbox": outbox}
        return frame(Opcode.TEXT, json.dumps(hello).encode())

    async def _unless_closed(self, peer: Peer) -> str:
        with suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT_S):
                code = await asyncio.shield(peer.close_code)
            return (
                "" if code in self.close_codes else f"{code}, not one of {sorted(self.close_codes)}"
            )
        return STAYED_OPEN

    async def _unless_open(self, peer: Peer) -> str:
        """Submit one more op; its verdict shows that every mutant before it was handled."""
        assert self._verdict
        op = {"t": "op", "n": self.oracle.next, "k": "note.set", "text": self.seed}
        peer.write(frame(Opcode.TEXT, json.dumps(op).encode()))
        futures: set[asyncio.Future[Any]] = {self._verdict, peer.close_code}
        await asyncio.wait(futures, timeout=TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        if peer.close_code.done():
            return f"{DIED} with {peer.close_code.result()}"
        return "" if self._verdict.done() else f"op {self.oracle.next} had no verdict"

    def _on_text(self, text: bytes) -> None:
        message = json.loads(text)
        is_verdict = message["t"] in {"ok", "no"} and message["n"] == self.oracle.next
        if is_verdict and self._verdict and not self._verdict.done():
            self._verdict.set_result(None)
