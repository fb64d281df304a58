"""The shop among faults: what they are made with, and what holds whatever they do."""
