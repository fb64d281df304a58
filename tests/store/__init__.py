"""Tests of `app.store` on real databases, one for each test."""
