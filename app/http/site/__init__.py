"""What makes a website of the shop: its pages of text, and what robots and browsers ask for."""
