"""The catalogue, for everybody: pages, search and JSON."""
