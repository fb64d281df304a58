"""Measuring the shop: each module is a command, `python -m bench.operations` and so on."""
