"""Metrics of one server, and how Prometheus reads them."""
