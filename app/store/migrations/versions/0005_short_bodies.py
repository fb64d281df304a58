"""Carts in a shorter form: nothing is changed here, since a cart is written anew when it is saved.

An older shop cannot read what is saved in that form. With this step it refuses the database at its
start, in place of failing cart by cart.
"""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step."""
