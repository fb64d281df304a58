"""The type of pytest's `record_property`, whose values `bin/prove` reports."""

from collections.abc import Callable

Note = Callable[[str, object], None]
"""Records a value under a name."""
