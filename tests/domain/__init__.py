"""The domain's own tests: no loop, no disk, no clock."""
