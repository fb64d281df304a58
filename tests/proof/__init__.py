"""Fault injection against the shop, and the guarantees that must hold under every fault."""
