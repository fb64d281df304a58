"""An observer of the Python client's tabs that records what the server sends."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

from app.client import Observer

TIMEOUT_S = 60


class FrameRecorder(Observer):
    """Records verdicts and revisions of one tab, across all its websockets, in order of arrival.

    `gaps` has the patches (`prev`, `rev`) that did not continue the revision before them.
    """

    def __init__(self) -> None:
        self.verdicts: dict[int, list[dict[str, Any]]] = {}
        self.revs: list[int] = []
        self.gaps: list[tuple[int, int]] = []
        self.welcomes: list[dict[str, Any]] = []
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._frame_received = asyncio.Event()

    def on_verdict_count(self, count: int, callback: Callable[[], None]) -> None:
        """Call *callback* as soon as *count* ops have a verdict."""
        self._callbacks[count] = callback

    async def until(self, condition: Callable[[Self], bool]) -> None:
        """Wait until *condition* holds, which is evaluated after each frame."""
        async with asyncio.timeout(TIMEOUT_S):
            while not condition(self):
                self._frame_received.clear()
                await self._frame_received.wait()

    def received(self, gen: int, frame: bytes) -> None:  # noqa: ARG002 - all websockets alike
        """Record a frame."""
        message = json.loads(frame)
        match message["t"]:
            case "ok" | "no":
                self._record_verdict(message)
            case "patch":
                self._record_patch(message["prev"], message["rev"])
            case "snapshot":
                self.revs.append(message["rev"])
            case "welcome":
                self._record_welcome(message)
            case _:
                pass
        self._frame_received.set()

    def _record_welcome(self, welcome: dict[str, Any]) -> None:
        self.welcomes.append(welcome)
        for verdict in welcome["verdicts"]:
            self._record_verdict(verdict)

    def _record_verdict(self, verdict: dict[str, Any]) -> None:
        self.verdicts.setdefault(verdict["n"], []).append(verdict)
        if callback := self._callbacks.pop(len(self.verdicts), None):
            callback()

    def _record_patch(self, prev: int, rev: int) -> None:
        if prev != self.revs[-1] or rev <= prev:
            self.gaps.append((prev, rev))
        self.revs.append(rev)
