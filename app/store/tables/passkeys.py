"""Passkeys of accounts, codes for when they are lost, and challenges that await their answer."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text

from app.store.tables.metadata import metadata

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("credential", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(100), nullable=False),
    Column("transports", String(100), nullable=False),
    Column("is_backed_up", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)
"""`id` is a digest of the `credential`'s id, which with the key is in base64url.

`transports` are words that are separated by spaces.
"""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("code_hash", String(200), nullable=False),
    Column("used_at", BigInteger),
)
"""A code begins with its `place`, so only one hash has to be tried."""

challenges = Table(
    "challenges",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("account", ForeignKey("accounts.id"), index=True),
    Column("ends_at", BigInteger, nullable=False, index=True),
)
"""A row is deleted by its answer. `id` is a digest; NULL is the account of somebody unknown."""
