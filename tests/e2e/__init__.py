"""The shop as a process of its own, asked over real sockets."""
