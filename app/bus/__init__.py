"""News between the servers of one database: what one did, and the others show."""
