"""A really full disk under a busy shop: no op is answered that was not saved."""

import asyncio
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.history import format_anomalies
from tests.proof.log import FrameReceived, SocketOpened
from tests.proof.play import Stage, play, staged

DISK_KIB = 16384
CHUNK = 4096
FULL_S = 2.0
BEFORE_S, AFTER_S = 0.3, 0.7
"""Short enough that the write-ahead log has not yet begun to reuse its first pages."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with a small tmpfs mounted on it; only root may mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mounting, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        pytest.skip("NOT SHOWN HERE: a full disk; there is no mount command")
    if mounted.returncode:
        pytest.skip(f"NOT SHOWN HERE: a full disk; {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S607 - its path differs by system


def fill(path: Path) -> None:
    """Write to *path* until there is no room for another byte."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    size = CHUNK
    while size:
        try:
            os.write(descriptor, bytes(size))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            size //= 2
    os.close(descriptor)


@pytest.mark.timeout(600)
async def test_while_the_disk_is_full_ops_are_busy_and_sockets_and_pages_work(
    tmp_path: Path, small_disk: Path
) -> None:
    """The fault "disk-full"."""
    event_range: list[int] = []

    async def fill_and_free(stage: Stage) -> None:
        await asyncio.sleep(BEFORE_S)
        stage.log.record_fault("disk-full")
        fill(small_disk / "filler")
        began = len(stage.log.events)
        await asyncio.sleep(FULL_S)
        event_range.extend((began, len(stage.log.events)))
        await asyncio.gather(*(each.account.cart() for each in stage.customers))
        (small_disk / "filler").unlink()
        await asyncio.sleep(AFTER_S)

    database = f"sqlite:///{small_disk / 'shop.db'}"
    async with staged(tmp_path, 1, accounts=2, database=database) as stage:
        anomalies = await play(stage, fill_and_free)

    assert anomalies == [], format_anomalies(anomalies)
    during = stage.log.events[slice(*event_range)]
    assert not any(isinstance(event, SocketOpened) for event in during)
    received = [event.frame for event in during if isinstance(event, FrameReceived)]
    assert any(b'"code":"busy"' in frame for frame in received)
    late = [frame for frame in received[len(received) // 2 :] if frame.startswith(b'{"t":"ok"')]
    assert late == []
