"""A PgBouncer in front of a database, for tests."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.databases import OWNER
from tests.processes import killed_at_end

PORT = 6432
"""The name of the socket contains it."""
PATIENCE_S = 30.0


def find_pgbouncer() -> str | None:
    """Return PgBouncer's program, if it is installed."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def open_pgbouncer(program: str, folder: Path, url: str, pool_mode: str) -> Iterator[str]:
    """Run a PgBouncer whose socket is in *folder*; yield the URL of database *url* through it."""
    server = make_url(url)
    settings = folder / "pgbouncer.ini"
    settings.write_text(f"""
[databases]
* = host={server.query["host"]} user={server.username}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {PORT}
auth_type = any
pool_mode = {pool_mode}
""")
    owner: dict[str, Any] = {"user": OWNER, "group": OWNER} if os.getuid() == 0 else {}
    if owner:
        shutil.chown(folder, OWNER)
    pooled = f"postgresql://{server.username}@:{PORT}/{server.database}?host={folder}"
    with killed_at_end(subprocess.Popen([program, "--quiet", settings], **owner)) as process:
        _await(pooled)
        yield pooled
        process.terminate()
        process.wait(PATIENCE_S)


def _await(url: str) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.02)
        else:
            return
