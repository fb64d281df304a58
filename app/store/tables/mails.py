"""Mails that are to be sent, were sent or failed."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from app.store.tables.accounts import LONGEST_LANGUAGE
from app.store.tables.metadata import metadata
from app.store.text_columns import JsonObject

mails = Table(
    "mails",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("account", ForeignKey("accounts.id"), index=True),
    Column("order", ForeignKey("orders.number"), index=True),
    Column("recipient", String(254), nullable=False),
    Column("language", String(LONGEST_LANGUAGE)),
    Column("values", JsonObject, nullable=False),
    Column("message_id", String(400), unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("claimed_by", String(64)),
    Column("state", String(8), nullable=False),
    Column("sent_at", BigInteger),
    Column("last_error", Text, nullable=False, server_default=""),
    Index("mails_due", "state", "next_try_at"),
    Index("mails_in_state", "state", "created_at", "id"),
)
"""`id` is drawn by the database; `message_id` is given at the first try, and stays.

While a server tries to deliver the mail, `claimed_by` is that server and
`next_try_at` is when its claim is over, should it have ended meanwhile.
"""
