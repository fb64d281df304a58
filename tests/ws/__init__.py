"""The socket door, at a socket and a clock that the test holds."""
