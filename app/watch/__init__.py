"""For those who watch over the shop: figures, and whether it is ready."""
