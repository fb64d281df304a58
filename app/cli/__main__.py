"""`python -m app.cli` is the command `shop`."""

from app.cli.main import main

main()
