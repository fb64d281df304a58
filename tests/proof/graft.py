"""Wraps functions of the shop with a test's own."""

from collections.abc import Callable
from typing import Any

CartHarness = Callable[..., Any]


def graft(owner: Any, name: str, around: CartHarness) -> None:
    """Replace *owner*'s function *name* by *around*, which gets the original and its arguments.

    Raises AttributeError if there is no function of that name.
    """
    original = getattr(owner, name)

    def grafted(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    grafted.__name__ = getattr(original, "__name__", name)
    setattr(owner, name, grafted)
