"""Tests of the running server against broken, hostile and numerous clients."""
