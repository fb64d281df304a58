"""Tests of `app.http.catalog`."""
