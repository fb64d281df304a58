"""Use cases that more than one entry point shares; they know nothing of Quart."""
