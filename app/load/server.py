"""The server, where it runs on this machine: which process it is, and what it has cost so far."""

import os
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

_LISTENS = "0A"
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


class Cost(NamedTuple):
    """Seconds of CPU in a process and in the kernel for it, and its resident memory."""

    user_s: float
    system_s: float
    memory_kib: int

    @property
    def cpu_s(self) -> float:
        """Return all seconds of CPU."""
        return self.user_s + self.system_s


def cost(pid: int) -> Cost:
    """Return what process *pid* has cost so far, as Linux tells it; `OSError` if it is gone."""
    ticks = os.sysconf("SC_CLK_TCK")
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    memory = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0")
    return Cost(int(stat[11]) / ticks, int(stat[12]) / ticks, int(memory.split()[1]))


def total(pids: list[int]) -> Cost | None:
    """Return what these processes have cost together; `None` where none can be asked."""
    costs = [one for pid in pids if (one := _asked(pid))]
    return Cost(*map(sum, zip(*costs, strict=True))) if costs else None


def listeners(url: str) -> list[int]:
    """Return the processes on this machine that listen on the port of *url*, as far as is seen."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not _is_here(parts.hostname or ""):
        return []
    sockets = {f"socket:[{inode}]" for table in _TABLES for inode in _inodes(table, port)}
    return [pid for pid in _pids() if sockets & _open(pid)] if sockets else []


def _asked(pid: int) -> Cost | None:
    try:
        return cost(pid)
    except OSError:
        return None


def _is_here(host: str) -> bool:
    try:
        return ip_address(socket.gethostbyname(host)).is_loopback
    except (OSError, ValueError):
        return host == "::1"


def _inodes(table: str, port: int) -> list[str]:
    try:
        rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
    except OSError:
        return []
    return [
        row[9] for row in rows if row[3] == _LISTENS and int(row[1].rpartition(":")[2], 16) == port
    ]


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _open(pid: int) -> set[str]:
    try:
        return {_target(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


def _target(descriptor: Path) -> str:
    """Return what an open file is; it may be closed by now."""
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""
