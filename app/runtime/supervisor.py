"""Several servers on one machine behind one port, and the parent that keeps them running."""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType

from app.runtime.build import build
from app.runtime.config import Config
from app.runtime.logging import set_up_logs
from app.store.server_lock import acquire_server_lock

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
YOUNG_S = 5.0
PAUSE_S = 1.0
PATIENCE_S = 15.0
BACKLOG = 2048

_spawning = multiprocessing.get_context("spawn")


class Worker:
    """A server process: as long as the parent holds its end of the line, the child goes on."""

    def __init__(self, config: Config):
        self.config = config
        self.began_s = time.monotonic()
        self._line, childs = _spawning.Pipe()
        self.process: BaseProcess = _spawning.Process(
            target=serve, args=(config, childs), name=config.node
        )
        self.process.start()
        self.is_asked = False
        childs.close()

    def is_ready(self) -> bool:
        """Wait until it serves; say whether it does, or has ended."""
        try:
            return bool(self._line.recv())
        except EOFError:
            return False

    def end(self) -> None:
        """Ask it to part from its clients and end; asked again it hurries."""
        self.is_asked = True
        self.process.terminate()


class Workers:
    """So many servers of one shop; one that dies is replaced, until all are to end."""

    def __init__(self, config: Config, count: int):
        self._workers = [Worker(config_of(config, number)) for number in range(1, count + 1)]
        self._ending = False

    def run(self, ready: Callable[[], None]) -> bool:
        """Serve until a signal comes, and say whether all went well."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._end)
        if [worker.is_ready() for worker in self._workers] == [True] * len(self._workers):
            ready()
        else:
            self._end()
        while not self._ending:
            wait([worker.process.sentinel for worker in self._workers], LOOK_EVERY_S)
            if not self._ending:
                self._workers = [_replaced(worker) for worker in self._workers]
        return self._settle()

    def _end(self, _sign: int = 0, _frame: FrameType | None = None) -> None:
        self._ending = True
        for worker in self._workers:
            worker.end()

    def _settle(self) -> bool:
        """Wait for all of them to end, and kill those that take too long."""
        give_up_s = time.monotonic() + PATIENCE_S
        for worker in self._workers:
            if not worker.is_asked:
                worker.end()
        for worker in self._workers:
            worker.process.join(max(0.0, give_up_s - time.monotonic()))
            if worker.process.is_alive():
                log.error("%s does not end, so it is killed", worker.config.node)
                worker.process.kill()
                worker.process.join()
        return all(worker.process.exitcode == 0 for worker in self._workers)


def config_of(config: Config, number: int) -> Config:
    """Return the settings of one of several workers, counted from 1: what is its own.

    The second is watched at the next port, and so on.
    """
    node, metrics = f"{config.node}-{number}", config.metrics
    if metrics:
        host, _, port = metrics.rpartition(":")
        metrics = f"{host}:{int(port) + number - 1}"
    return replace(config, node=node, metrics=metrics)


def _replaced(worker: Worker) -> Worker:
    """Return *worker*, or if it has died another in its place; not too fast if it died young."""
    if worker.process.is_alive():
        return worker
    log.error("%s has ended (%s) and is replaced", worker.config.node, worker.process.exitcode)
    if time.monotonic() - worker.began_s < YOUNG_S:
        time.sleep(PAUSE_S)
    return Worker(worker.config)


def serve(config: Config, line: Connection) -> None:
    """Be a server on a port that is shared with others, for as long as the parent lives."""
    os.setpgid(0, 0)
    set_up_logs(config.log, config.node)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    try:
        with closing(acquire_server_lock(config.database, shared=True)) as locked:
            server = build(config, locked, lambda: line.send("ready"))
            server.run([shared_socket(config)])
    except Exception:
        log.exception("%s cannot serve", config.node)
        sys.exit(1)
    sys.exit(not server.started)


def shared_socket(config: Config) -> socket.socket:
    """Return a socket that gets its share of those who come to a port."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    shared = socket.socket(family, socket.SOCK_STREAM)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    shared.bind((config.host, config.port))
    shared.listen(BACKLOG)
    return shared


def _end_with(line: Connection) -> None:
    """End this process, with its clients told, when the parent has gone."""
    try:
        line.recv()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
