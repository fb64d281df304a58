"""What is on disk, in real databases, one for each test."""
