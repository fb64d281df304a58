"""End-to-end tests: the shop runs in its own process, with real sockets."""
