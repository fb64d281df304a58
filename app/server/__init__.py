"""Uvicorn adapters: HTTP, the websocket and its frames, and the health checks."""
