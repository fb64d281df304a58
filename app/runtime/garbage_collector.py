"""Python's cycle collector, set up for a process with very many long-lived objects."""

import gc


def collect_cycles_rarely() -> None:
    """Collect seldom, from before the catalogue is read, which makes objects by the thousand.

    Carts and connections make no reference cycles, and a full collection visits every open cart:
    with 10,000 of them that stops the event loop for a long moment.
    """
    gc.set_threshold(50_000, 20, 20)


def keep_what_exists() -> None:
    """Keep what there is by now out of all collections."""
    gc.collect()
    gc.freeze()
