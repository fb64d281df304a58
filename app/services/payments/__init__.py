"""Payments by card: what a provider does, and what keeps its money and our orders in step."""
