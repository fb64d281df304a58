"""CPU and memory of the server process, if it runs on this machine (Linux: /proc)."""

import os
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

_LISTENS = "0A"
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


class Cost(NamedTuple):
    """CPU seconds in user and kernel mode, and resident memory."""

    user_s: float
    system_s: float
    memory_kib: int

    @property
    def cpu_s(self) -> float:
        """All CPU seconds."""
        return self.user_s + self.system_s


def cost(pid: int) -> Cost:
    """Return the cost of process *pid* so far. Raises OSError if it is gone."""
    ticks = os.sysconf("SC_CLK_TCK")
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    memory = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0")
    return Cost(int(stat[11]) / ticks, int(stat[12]) / ticks, int(memory.split()[1]))


def total(pids: list[int]) -> Cost | None:
    """Return the cost of these processes together; `None` if none can be read."""
    costs = [one for pid in pids if (one := _cost_if_alive(pid))]
    return Cost(*map(sum, zip(*costs, strict=True))) if costs else None


def listeners(url: str) -> list[int]:
    """Return the ids of the processes on this machine that listen on the port of *url*."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not _is_local(parts.hostname or ""):
        return []
    sockets = {f"socket:[{inode}]" for table in _TABLES for inode in _inodes(table, port)}
    return [pid for pid in _pids() if sockets & _open_files(pid)] if sockets else []


def _cost_if_alive(pid: int) -> Cost | None:
    try:
        return cost(pid)
    except OSError:
        return None


def _is_local(host: str) -> bool:
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


def _open_files(pid: int) -> set[str]:
    try:
        return {_target(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


def _target(descriptor: Path) -> str:
    """Return the target of a descriptor; empty if it is closed by now."""
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""
