"""The languages of the shop: which there are, their message catalogues and formats (Babel)."""
