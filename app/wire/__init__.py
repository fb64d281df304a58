"""Messages as text: one strict decoder and one encoder, for both doors and the client."""
