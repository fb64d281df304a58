"""Who is a member of whose cart, and who is invited."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from app.store.tables.metadata import metadata

members = Table(
    "members",
    metadata,
    Column("cart", ForeignKey("accounts.id"), primary_key=True),
    Column("account", ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("joined_at", BigInteger, nullable=False),
)
"""The members of carts, by the accounts of both; roles and names are in the body of the cart."""

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("cart", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("role", String(7), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("email", String(254)),
)
"""Open invitations, by the digest of the token in their link; one that is accepted is deleted.

`email` is where the link was sent, NULL where it was only shown; none but the inviter sees it.
"""
