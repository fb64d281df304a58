"""The samples of client messages, as values."""

from app.domain.catalog import Money, Sku
from app.domain.limits import LARGEST_INT
from app.domain.ops import (
    AcceptLine,
    AcceptSuggestion,
    AddLine,
    DeclineSuggestion,
    DiscardLine,
    Op,
    SaveLine,
    SetLine,
    SetNote,
    SetVoucher,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.domain.outbox import OutboxId
from app.protocol.decode import ClientMessage, Hello, Ping, Resync, Watch
from app.protocol.messages import TabId

TAB = TabId("5f0c2a7e-1b3d-4c6f-8a90-d2e4f6a81b3c")
OUTBOX = OutboxId("a91e04d7-52b8-4f1c-9e36-7c0a5d8b2e14")
APPLES, MILK, HONEY = Sku("gala-apples-1kg"), Sku("milk-2l"), Sku("honey-340g")
NOTE = "Grüße 🍎\ttwice\nthe blue door, not the “front” one"
AT = "7c1d.41.9be2c0d1f3a4b5c6"

CLIENT_MESSAGES: dict[str, ClientMessage] = {
    "hello_first": Hello(TAB, 1, OUTBOX, None, ()),
    "hello_with_no_position": Hello(TAB, 1, OUTBOX, None, ()),
    "hello_again": Hello(TAB, 3, OUTBOX, AT, (18, 19)),
    "hello_of_an_account": Hello(TAB, 1, OUTBOX, AT, (), "u-3fa9"),
    "hello_in_a_language": Hello(TAB, 1, OUTBOX, AT, (), "u-3fa9", "zh-Hant"),
    "hello_with_nothing_pending": Hello(TAB, 2, OUTBOX, AT, ()),
    "hello_with_32_pending": Hello(TAB, 2, OUTBOX, AT, tuple(range(101, 133))),
    "hello_with_a_position_that_cannot_be_read": Hello(TAB, 1, OUTBOX, "yesterday", ()),
    "watch": Watch(frozenset({APPLES, MILK})),
    "watch_nothing": Watch(frozenset()),
    "resync": Resync(),
    "ping": Ping(7),
    "ping_below_zero": Ping(-LARGEST_INT),
}

OPS: dict[str, tuple[int, Op]] = {
    "op_line_add": (1, AddLine(MILK, 1)),
    "op_line_add_seen": (18, AddLine(APPLES, 1, Money(220))),
    "op_line_add_most": (2, AddLine(Sku("a"), 99, Money(LARGEST_INT))),
    "op_line_add_longest_sku": (2, AddLine(Sku("0a" + "-a" * 30 + "-z"), 1)),
    "op_line_set": (19, SetLine(APPLES, 3)),
    "op_line_set_seen": (20, SetLine(MILK, 99, Money(145))),
    "op_line_set_to_nothing": (21, SetLine(MILK, 0)),
    "op_line_accept": (22, AcceptLine(MILK, Money(160))),
    "op_line_save": (23, SaveLine(HONEY)),
    "op_line_unsave": (24, UnsaveLine(HONEY)),
    "op_line_discard": (24, DiscardLine(HONEY)),
    "op_note_set": (25, SetNote(NOTE)),
    "op_note_empty": (26, SetNote("")),
    "op_note_of_500_code_points": (27, SetNote("🍎" * 500)),
    "op_voucher_set": (28, SetVoucher(" welcome10 ")),
    "op_voucher_off": (29, SetVoucher(None)),
    "op_undo": (30, Undo()),
    "op_undo_of_a_revision": (31, Undo(43)),
    "op_line_suggest": (32, SuggestLine(MILK, 2)),
    "op_line_suggest_seen": (33, SuggestLine(MILK, 0, Money(145))),
    "op_suggestion_accept": (34, AcceptSuggestion(MILK)),
    "op_suggestion_accept_seen": (35, AcceptSuggestion(MILK, Money(145))),
    "op_suggestion_decline": (36, DeclineSuggestion(MILK)),
    "op_with_the_largest_number": (LARGEST_INT, Undo()),
}
