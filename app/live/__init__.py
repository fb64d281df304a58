"""The carts that are open right now, one for each account, shared by the account's tabs."""
