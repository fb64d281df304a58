"""Tests of `app.http.docs`."""
