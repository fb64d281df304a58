"""Several server processes on one port, and the parent that keeps them running (pre-fork)."""

import gc
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

CHECK_EVERY_S = 0.5
EARLY_EXIT_S = 5.0
RESTART_DELAY_S = 1.0
"""After an early exit, so that a worker that cannot start is not restarted in a tight loop."""
KILL_AFTER_S = 15.0
BACKLOG = 2048

_spawning = multiprocessing.get_context("spawn")


class Worker:
    """A server process. It ends by itself if the parent's end of the pipe is closed.

    It serves what *listener* accepts, or without one a listener of its own.
    """

    def __init__(self, config: Config, listener: socket.socket | None = None):
        self.config = config
        self.listener = listener
        self.began_s = time.monotonic()
        self._pipe, child_end = _spawning.Pipe()
        self.process: BaseProcess = _spawning.Process(
            target=serve, args=(config, child_end, listener), name=config.node
        )
        self.process.start()
        self.is_terminated = False
        child_end.close()

    def is_ready(self) -> bool:
        """Wait until it serves or has ended; say whether it serves."""
        try:
            return bool(self._pipe.recv())
        except EOFError:
            return False

    def terminate(self) -> None:
        """Have it shut down gracefully; a second time, have it hurry."""
        self.is_terminated = True
        self.process.terminate()


class Workers:
    """The workers of one shop. A worker that dies is replaced, until a signal ends all of them."""

    def __init__(self, workers: list[Worker]):
        self._workers = workers
        self._ending = False

    def run(self, ready: Callable[[], None]) -> bool:
        """Serve until a signal comes; say whether all workers ended well."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._end)
        if [worker.is_ready() for worker in self._workers] == [True] * len(self._workers):
            ready()
        else:
            self._end()
        while not self._ending:
            wait([worker.process.sentinel for worker in self._workers], CHECK_EVERY_S)
            if not self._ending:
                self._workers = [_replaced(worker) for worker in self._workers]
        return self._join()

    def _end(self, _sign: int = 0, _frame: FrameType | None = None) -> None:
        self._ending = True
        for worker in self._workers:
            worker.terminate()

    def _join(self) -> bool:
        """Wait for all workers to end, and kill those that take too long."""
        kill_at_s = time.monotonic() + KILL_AFTER_S
        for worker in self._workers:
            if not worker.is_terminated:
                worker.terminate()
        for worker in self._workers:
            worker.process.join(max(0.0, kill_at_s - time.monotonic()))
            if worker.process.is_alive():
                log.error("%s does not end, so it is killed", worker.config.node)
                worker.process.kill()
                worker.process.join()
        return all(worker.process.exitcode == 0 for worker in self._workers)


def several_workers(config: Config, count: int) -> Workers:
    """Return workers who share a port, each with a listener of its own."""
    return Workers([Worker(config_of(config, number)) for number in range(1, count + 1)])


def one_worker(config: Config) -> Workers:
    """Return a worker whose listener is the parent's.

    While the worker is replaced, who connects waits in the listener's queue and is not refused.
    """
    return Workers([Worker(config, shared_socket(config))])


def config_of(config: Config, number: int) -> Config:
    """Return the settings of worker *number*, counted from 1.

    Each has a name and a health endpoint of its own, at ports one after the other.
    """
    node, metrics = f"{config.node}-{number}", config.metrics
    if metrics:
        host, _, port = metrics.rpartition(":")
        metrics = f"{host}:{int(port) + number - 1}"
    return replace(config, node=node, metrics=metrics)


def _replaced(worker: Worker) -> Worker:
    """Return *worker* if it is alive, or a new one; after a delay if it died early."""
    if worker.process.is_alive():
        return worker
    log.error("%s has ended (%s) and is replaced", worker.config.node, worker.process.exitcode)
    if time.monotonic() - worker.began_s < EARLY_EXIT_S:
        time.sleep(RESTART_DELAY_S)
    return Worker(worker.config, worker.listener)


def serve(config: Config, pipe: Connection, listener: socket.socket | None) -> None:
    """Run a server in this process, for as long as the parent lives."""
    gc.freeze()  # modules stay, so they are never visited to look for garbage
    os.setpgid(0, 0)
    set_up_logs(config.log, config.node)
    threading.Thread(target=_terminate_with_parent, args=(pipe,), daemon=True).start()
    try:
        with closing(acquire_server_lock(config.database, shared=True)) as locked:
            server = build(config, locked, lambda: pipe.send("ready"))
            server.run([listener or shared_socket(config)])
    except Exception:
        log.exception("%s cannot serve", config.node)
        sys.exit(1)
    sys.exit(not server.started)


def shared_socket(config: Config) -> socket.socket:
    """Return an SO_REUSEPORT listener: the kernel spreads connections over the workers."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    shared = socket.socket(family, socket.SOCK_STREAM)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    shared.bind((config.host, config.port))
    shared.listen(BACKLOG)
    return shared


def _terminate_with_parent(pipe: Connection) -> None:
    """Shut this process down gracefully when the parent has died."""
    try:
        pipe.recv()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
