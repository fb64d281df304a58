"""E-mail addresses in one spelling: domains in Punycode, letters in their usual width.

Where two accounts would have one address, the account that has it already keeps it. The other one
keeps the spelling that it has, and its owner signs in with that.
"""

import sqlalchemy as sa
from alembic import op

from app.domain.emails import LONGEST_EMAIL, normalize_email

revision = "0007"
down_revision = "0006"

_ACCOUNTS = sa.table("accounts", sa.column("id"), sa.column("email"))


def upgrade() -> None:
    """Take the step."""
    connection = op.get_bind()
    stored = {row.email: row.id for row in connection.execute(sa.select(_ACCOUNTS))}
    for email, account in sorted(stored.items(), key=lambda each: each[1]):
        spelt = normalize_email(email)
        if spelt not in stored and len(spelt) <= LONGEST_EMAIL:
            stored[spelt] = account
            row = sa.update(_ACCOUNTS).where(_ACCOUNTS.c.id == account)
            connection.execute(row.values(email=spelt))
