"""Tests of `app.services`."""
