"""The cart as a page, as forms and as JSON."""
