"""Tests of `app.domain`: no event loop, no disk, no clock."""
