"""An observer that keeps what a tab of the smart client was told, through all its sockets."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from app.client import Observer

PATIENCE_S = 10


class Kept(Observer):
    """Keeps every verdict and every revision, in the order in which they came.

    `gaps` are the patches that did not continue what was told before.
    """

    def __init__(self) -> None:
        self.verdicts: dict[int, list[dict[str, Any]]] = {}
        self.revs: list[int] = []
        self.gaps: list[tuple[int, int]] = []
        self.welcomes: list[dict[str, Any]] = []
        self._due: dict[int, Callable[[], None]] = {}
        self._more = asyncio.Event()

    def at_verdict(self, count: int, act: Callable[[], None]) -> None:
        """Do something the moment that so many ops have a verdict."""
        self._due[count] = act

    async def until(self, holds: Callable[["Kept"], bool]) -> None:
        """Wait until *holds*, which is asked again after each frame."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self):
                self._more.clear()
                await self._more.wait()

    def received(self, gen: int, frame: bytes) -> None:  # noqa: ARG002 - one socket or many
        """Keep it."""
        told = json.loads(frame)
        match told["t"]:
            case "ok" | "no":
                self._settle(told)
            case "patch":
                self._move(told["prev"], told["rev"])
            case "snapshot":
                self.revs.append(told["rev"])
            case "welcome":
                self._come_in(told)
            case _:
                pass
        self._more.set()

    def _come_in(self, welcome: dict[str, Any]) -> None:
        self.welcomes.append(welcome)
        for verdict in welcome["verdicts"]:
            self._settle(verdict)

    def _settle(self, verdict: dict[str, Any]) -> None:
        self.verdicts.setdefault(verdict["n"], []).append(verdict)
        if act := self._due.pop(len(self.verdicts), None):
            act()

    def _move(self, prev: int, rev: int) -> None:
        if prev != self.revs[-1] or rev != prev + 1:
            self.gaps.append((prev, rev))
        self.revs.append(rev)
