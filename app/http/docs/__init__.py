"""The page that teaches, and the machine-readable descriptions of both interfaces."""
