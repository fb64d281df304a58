"""Processes that end with the test that started them, whatever comes of it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import AnyStr


@contextmanager
def killed_at_end(process: subprocess.Popen[AnyStr]) -> Iterator[subprocess.Popen[AnyStr]]:
    """Close the pipes of *process* in the end, and kill it if it still runs."""
    with process:
        try:
            yield process
        finally:
            process.kill()
