"""Accounts, their logins and their addresses."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, false

from app.store.tables.metadata import metadata

LONGEST_LANGUAGE = 35
"""What RFC 5646 §4.4.1 asks to be kept of a language tag."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("staff", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("language", String(LONGEST_LANGUAGE)),
    Column("claimed_email", String(254)),
    Column("form_key", String(64)),
    Column("removed_at", BigInteger),
    Index("accounts_created", "created_at", "id"),
    Index("accounts_claimed", "claimed_email", "created_at"),
    Index("accounts_form_key", "form_key", unique=True),
    Index("accounts_removed", "removed_at"),
)
"""`claimed_email` is an address that nobody has confirmed yet; `email` is the account's id then.

So any number of accounts may claim an address, and one has it. `form_key` is the digest of the key
of the form that made the account. Of an account that was removed, `removed_at` is when, and nothing
else is kept but its id, for the orders and edits that outlive it.
"""

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("agent", String(200), nullable=False),
    Column("mfa_at", BigInteger),
)
"""Logins. `mfa_at`: when two factors were shown last, NULL for never."""

session_counter = Table(
    "session_counter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ended", BigInteger, nullable=False),
)
"""One row: a revision, which counts committed ends of logins."""

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("revision", BigInteger, primary_key=True),
    Column("id_hash", String(64), primary_key=True),
    Column("renewed_as", String(64)),
)
"""The last ends of logins, for the servers that have sockets of them open.

Triggers on `sessions` write it, so that no way to end a login can be forgotten. `renewed_as` is the
new hash of a login that goes on under it, NULL for one that has ended.
"""

failures = Table(
    "failures",
    metadata,
    Column("who", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False, index=True),
)
"""Failed sign-ins; `who` is a digest of an e-mail address and a network address."""

devices = Table(
    "devices",
    metadata,
    Column("account", ForeignKey("accounts.id"), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("used_at", BigInteger, nullable=False),
)
"""The browsers in which an account has signed in, by the digest of a cookie of theirs."""

mail_tokens = Table(
    "mail_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("account", ForeignKey("accounts.id"), index=True),
    Column("email", String(254), nullable=False),
    Column("new_email", String(254)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger),
    Index("mail_tokens_email", "email", "created_at"),
)
"""Digests of the tokens in links that were sent to `email`, each good for one thing and one time.

`account` is NULL where the mail says that there is none. `new_email` is what the account's address
is to become.
"""

addresses = Table(
    "addresses",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("line1", String(100), nullable=False),
    Column("line2", String(100), nullable=False),
    Column("city", String(100), nullable=False),
    Column("postcode", String(16), nullable=False),
)
"""The one with the highest `place` is offered first."""
