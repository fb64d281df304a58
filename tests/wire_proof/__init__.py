"""What the running server makes of clients that are broken, hostile or merely many."""
