"""Receipts: what stands on the page and in the PDF file of an order's documents."""
