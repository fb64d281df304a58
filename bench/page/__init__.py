"""The measured goals of the page, each with its figure: `python -m bench.page`."""
