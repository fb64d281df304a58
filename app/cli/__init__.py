"""The shop's commands: one file a noun, with its arguments and what they do."""
