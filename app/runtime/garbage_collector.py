"""Python's cycle collector, set up for a process with very many long-lived objects."""

import gc


def collect_cycles_rarely() -> None:
    """Keep what exists out of all collections, and collect the rest seldom.

    Carts and connections make no reference cycles, and a full collection visits every open cart:
    with 10,000 of them that stops the event loop for a long moment.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
