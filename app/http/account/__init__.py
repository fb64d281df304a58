"""Signing in, registering and one's own account: pages, forms and JSON."""
