"""Databases for tests: SQLite files, or a PostgreSQL server that the tests start."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, create_engine, inspect, text

from app.store.timeouts import OF_SERVER

KINDS = ("sqlite", "postgresql")
OWNER = "postgres"
BINARIES = Path("/usr/lib/postgresql")
PATIENCE_S = 90.0
SHORT_LOCKS = OF_SERVER._replace(lock_ms=20)
"""For a test that has a lock and wants to see it in the way."""


class Databases(Protocol):
    """Creates and removes databases; each is identified by its URL."""

    def new(self) -> str:
        """Return the URL of an empty database."""

    def copy(self, url: str) -> str:
        """Return the URL of a copy of a database that has no open connection."""

    def drop(self, url: str) -> None:
        """Remove a database, even if it has open connections."""


class Files:
    """SQLite files in one folder."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._numbers = count()

    def new(self) -> str:
        """Return the URL of a file that does not exist yet."""
        return f"sqlite:///{self._folder / f'shop{next(self._numbers)}.db'}"

    def copy(self, url: str) -> str:
        """Copy a file."""
        copied = self.new()
        shutil.copy(*(each.removeprefix("sqlite:///") for each in (url, copied)))
        return copied

    def drop(self, url: str) -> None:
        """Delete a file, its write-ahead log and its shared memory."""
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)


class Cluster:
    """A PostgreSQL server whose files and socket are in one folder; it has no TCP port.

    It is new, or with *primary* a hot standby that replicates from that one.
    """

    def __init__(self, folder: Path, binaries: Path, primary: "Cluster | None" = None):
        self.folder = folder
        self._binaries = binaries
        self._numbers = count()
        self._process: subprocess.Popen[bytes] | None = None
        if primary is None:
            self._run("initdb", "--auth=trust", "--username=shop", "--locale=C.UTF-8")
        else:
            origin = f"host={primary.folder} user=shop application_name=standby"
            options = ("--checkpoint=fast", "--write-recovery-conf", f"--pgdata={folder / 'data'}")
            self._run("pg_basebackup", *options, f"--dbname={origin}")

    def start(self) -> None:
        """Start the server, and return when it answers queries.

        It runs without fsync: tests crash the server, but never the machine.
        """
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "fsync": "off",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", *words], stdout=log, stderr=log, **self.as_owner()
            )
        self._await()

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT is a fast shutdown, SIGQUIT a crash."""
        if self._process:
            self._process.send_signal(sign)
            self._process.wait(PATIENCE_S)
            self._process = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Stop all processes of the server meanwhile: it answers nothing, its socket stays open."""
        self._signal_all(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal_all(signal.SIGCONT)

    def promote(self) -> None:
        """Have a standby become a primary; it returns once that is done."""
        self.execute("SELECT pg_promote()")

    def detach(self) -> None:
        """Have a standby replicate no more."""
        self.configure(primary_conninfo="''")
        wait_until(lambda: not self.rows("SELECT FROM pg_stat_wal_receiver"))

    def replicate(self, *, synchronously: bool) -> None:
        """Wait until a standby replicates this server; if *synchronously*, commits wait for it."""
        self.configure(synchronous_standby_names="standby" if synchronously else "''")
        state = "sync" if synchronously else "async"
        query = f"SELECT FROM pg_stat_replication WHERE sync_state = '{state}'"
        wait_until(lambda: bool(self.rows(query)))

    def configure(self, **settings: str) -> None:
        """Change settings of the running server."""
        for name, value in settings.items():
            self.execute(f"ALTER SYSTEM SET {name} = {value}")
        self.execute("SELECT pg_reload_conf()")

    def new(self) -> str:
        """Create an empty database."""
        return self._make("template0")

    def copy(self, url: str) -> str:
        """Create a copy of a database."""
        return self._make(_name_of(url))

    def drop(self, url: str) -> None:
        """Drop a database, and end its connections."""
        self.execute(f"DROP DATABASE {_name_of(url)} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Execute a statement in the server's own database."""
        with self._connect() as connection:
            connection.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query in the server's own database finds."""
        with self._connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(f"host={self.folder} user=shop dbname=postgres", autocommit=True)

    def _signal_all(self, sign: signal.Signals) -> None:
        """Send a signal to the server and to its processes, of which each session has one."""
        assert self._process
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        for each in (pid, *map(int, children.split())):
            with suppress(ProcessLookupError):
                os.kill(each, sign)

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self._binaries / program, *words],
            check=True,
            stdout=subprocess.DEVNULL,
            **self.as_owner(),
        )

    def _make(self, template: str) -> str:
        name = f"shop{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return f"postgresql://shop@/{name}?host={self.folder}"

    def as_owner(self, **environment: str) -> dict[str, Any]:
        """Return the user and environment of a server program, which refuses to run as root."""
        path = f"{self._binaries}:{os.environ['PATH']}"
        own = {"env": {"PGDATA": str(self.folder / "data"), "PATH": path} | environment}
        return own | ({"user": OWNER, "group": OWNER} if os.getuid() == 0 else {})

    def _await(self) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > deadline_s:
                    raise
                time.sleep(0.05)


def with_standby(url: str, primary: Cluster, standby: Cluster) -> str:
    """Return the URL of a database on *primary*, or on *standby* if that is promoted."""
    return url.replace(str(primary.folder), f"{primary.folder},{standby.folder}")


def wait_until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s, "it took too long"
        time.sleep(0.02)


def _name_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def find_postgresql() -> Path | None:
    """Return where the newest PostgreSQL server's programs are, if one is installed."""
    found = sorted(BINARIES.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def open_cluster(binaries: Path, primary: Cluster | None = None) -> Iterator[Cluster]:
    """Run a server, and delete its files afterwards; see `Cluster`."""
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam(OWNER).pw_uid, -1)
    cluster = Cluster(folder, binaries, primary)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def exists(url: str) -> bool:
    """Return whether the SQLite file, or at least one table on a server, exists."""
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).exists()
    engine = create_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Hold the write lock, as a process that hangs can; reading is still possible."""
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE accounts, carts, orders, shelf IN EXCLUSIVE MODE"))
        yield
