"""What every page and every answer is made of: context, session, security, files."""
