"""The load test: simulated shoppers who check every answer (docs/load-testing.md)."""
