"""Messages as text, by the samples that all who speak the protocol read."""
