"""Tests of `app.http.orders`."""
