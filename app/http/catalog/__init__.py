"""What everybody may look at: pages, search and JSON."""
