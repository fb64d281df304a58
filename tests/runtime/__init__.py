"""Tests of `app.runtime`."""
