"""Pages and forms for staff."""
