"""What those who watch over the shop are told."""
