"""How an account's checker says what is wrong."""

from collections.abc import Sequence
from typing import Final

from app.load.model import Accepted, Contents

SHOWN: Final = 3

OpName = tuple[str, int]
"""An op: its outbox, and its number there."""


def no_op_message(rev: int, accepted: Sequence[tuple[OpName, Accepted]]) -> str:
    """Return that nothing that was answered ok has made revision *rev*."""
    if not accepted:
        return f"revision {rev} was made by no op that was answered ok"
    names = ", ".join(f"{name} ({one.op.k})" for name, one in accepted[:SHOWN])
    return f"revision {rev}: {names} was answered ok, but changes nothing"


def as_text(contents: Contents) -> str:
    """Return *contents* for a report."""
    return ", ".join(f"{kind} {sku}={value}" for (kind, sku), value in sorted(contents.items()))
