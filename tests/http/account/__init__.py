"""Tests of `app.http.account`."""
