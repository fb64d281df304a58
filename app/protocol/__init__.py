"""The wire protocol: every message as a value, and how it is decoded from and encoded to JSON."""
