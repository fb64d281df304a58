"""Composition: the settings, and every part of the shop built and run from them."""
