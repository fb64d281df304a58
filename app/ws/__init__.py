"""The socket door: who may come in, and what is said while the line is open."""
