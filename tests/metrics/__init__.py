"""Tests of `app.metrics`."""
