"""The database: carts, accounts, sessions, orders and the catalogue, with SQLAlchemy."""
