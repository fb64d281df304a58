"""What a test notes beside having passed: `bin/prove` reports it."""

from collections.abc import Callable

Note = Callable[[str, object], None]
"""What pytest's `record_property` does: keep a value under a name."""
