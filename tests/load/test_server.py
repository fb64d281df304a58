"""Finding a local server process, and reading its CPU and memory."""

import os
import socket
import time

from app.load.server import cost, listeners, total


def test_a_listening_process_is_found_by_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert listeners(f"http://127.0.0.1:{port}") == [os.getpid()]


def test_listeners_on_another_machine_are_unknown() -> None:
    assert listeners("http://192.0.2.1:80") == []


def test_cpu_time_grows_with_use() -> None:
    before, ends_s = cost(os.getpid()), time.monotonic() + 0.1
    while time.monotonic() < ends_s:
        pass

    assert cost(os.getpid()).cpu_s > before.cpu_s
    assert before.memory_kib > 1000


def test_a_dead_process_has_no_cost() -> None:
    assert total([2**22 + 1]) is None
    assert total([os.getpid(), 2**22 + 1]) is not None
