"""What must not be forgotten: carts, accounts, sessions and the shelf, on disk."""
