"""Tests of `app.http.cart`."""
