"""Checkout and one's own orders: pages, forms and JSON."""
