"""Measurements of the pages in Chromium against their goals: `python -m bench.page`."""
