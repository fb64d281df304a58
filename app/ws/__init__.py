"""The websocket: its handshake, and the connection of each open tab."""
