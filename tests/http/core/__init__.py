"""Tests of `app.http.core`."""
