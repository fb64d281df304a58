"""Tests of `app.http.staff`."""
