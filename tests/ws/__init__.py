"""Tests of `app.ws` with a fake socket and simulated time."""
