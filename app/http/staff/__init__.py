"""Pages and forms for staff: orders, products (catalogue and inventory), carts, the audit log."""
