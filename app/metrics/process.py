"""Metrics of the process, under the names that all Prometheus exporters use."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from app.metrics.prometheus import Metric, counter, gauge

PROC = Path("/proc/self")


def process_metrics(began_s: float) -> Iterator[Metric]:
    """Yield CPU, start (*began_s*, since 1970), and on Linux memory and open files."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = used.ru_utime + used.ru_stime
    yield counter("process_cpu_seconds_total", "Seconds of CPU, all threads.", {(): cpu_s})
    yield gauge("process_start_time_seconds", "When it began, since 1970.", began_s)
    if PROC.exists():
        pages = int((PROC / "statm").read_text().split()[1])
        resident = pages * os.sysconf("SC_PAGE_SIZE")
        files = sum(1 for _ in (PROC / "fd").iterdir())
        yield gauge("process_resident_memory_bytes", "Memory that it holds.", resident)
        yield gauge("process_open_fds", "Files and sockets that it has open.", files)
