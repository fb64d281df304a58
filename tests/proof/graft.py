"""Putting something of a test's own around a function of the shop."""

from collections.abc import Callable
from typing import Any

CartHarness = Callable[..., Any]


def graft(owner: Any, name: str, around: CartHarness) -> None:
    """Have *around* called in place of a function, with that function before its arguments.

    A function that was renamed is missed at once: there is nothing of that name to replace.
    """
    original = getattr(owner, name)

    def grafted(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    grafted.__name__ = getattr(original, "__name__", name)
    setattr(owner, name, grafted)
