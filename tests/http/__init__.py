"""What the door of pages, forms and JSON promises, over a real database."""
