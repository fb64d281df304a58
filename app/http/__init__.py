"""HTTP: pages, forms and JSON, a folder for each noun."""
