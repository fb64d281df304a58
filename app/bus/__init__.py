"""Events between the servers of one database, over Redis."""
