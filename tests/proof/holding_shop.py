"""A shop whose holds last for seconds, on one server or two, for proofs of holds and waitlists."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.e2e.server import Server
from tests.e2e.shared import open_shared

SHORT_S, USUAL_S = 2, 8
"""How long holds last; a busy server sees who is there within the longer time only."""


def settings(grace_s: int) -> dict[str, object]:
    """Return the settings of a shop whose holds last that long."""
    return {"limits": "load", "log": "warning", "hold_s": grace_s, "hold_checkout_s": grace_s}


@contextmanager
def two_nodes(home: Path) -> Iterator[Sequence[Server]]:
    """Open two servers of one shop."""
    with ExitStack() as stack:
        shared = stack.enter_context(open_shared())
        url, given = shared.cluster.new(), {"redis": shared.redis.url, **settings(USUAL_S)}
        nodes: list[Server] = []
        for name in ("one", "other"):
            (home / name).mkdir()
            nodes.append(Server(home / name, url, node=name, **given))
            stack.callback(nodes[-1].end)
            nodes[-1].start()
        yield nodes
