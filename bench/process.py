"""What a process has cost so far, as Linux tells it."""

import os
from pathlib import Path
from typing import NamedTuple

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """Seconds of CPU in the process and in the kernel for it, and its resident memory."""

    user_s: float
    system_s: float
    memory_kib: int

    @property
    def cpu_s(self) -> float:
        """Return all seconds of CPU."""
        return self.user_s + self.system_s


def cost(pid: int) -> Cost:
    """Return what process *pid* has cost so far."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    memory = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    user, system = int(stat[11]) / TICKS_PER_S, int(stat[12]) / TICKS_PER_S
    return Cost(user, system, int(memory.split()[1]))
