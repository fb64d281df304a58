"""The door of pages, forms and JSON: everything that is asked for once and answered once."""
