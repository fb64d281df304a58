"""The client, for itself and against a shop that says what a test wants it to say."""
