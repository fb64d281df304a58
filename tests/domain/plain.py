"""A simple model of a cart, written from protocol.md §3 alone, which the rules must agree with.

It keeps whole copies where the shop keeps patches, and collects every objection to an op where
the shop stops at the first. It knows no household.
"""

from app.domain.cart import Cart, Lines
from app.domain.catalog import Catalog, Product, Sku
from app.domain.ops import (
    AcceptLine,
    AcceptSuggestion,
    AddLine,
    BadOp,
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

PRECEDENCE = (
    *("bad_op", "unknown_sku", "gone", "not_in_cart"),
    *("line_limit", "qty_limit", "sold_out", "price_moved"),
    *("nothing_to_undo", "moved", "too_many_tries", "bad_voucher"),
)

PlainLines = dict[Sku, tuple[int, int, int]]
"""For each product its place, its quantity and the agreed price."""
LineOp = AddLine | SetLine | AcceptLine | SaveLine | UnsaveLine | DiscardLine
Picture = tuple[PlainLines, PlainLines, str, str]


def plain_lines(lines: Lines) -> PlainLines:
    """Return *lines* as the model has them."""
    return {sku: (line.pos, line.qty, line.agreed) for sku, line in lines.items()}


class PlainCart:
    """Lines, saved lines, note and voucher, and copies of their earlier states."""

    def __init__(self, cart: Cart) -> None:
        self.lines: PlainLines = plain_lines(cart.lines)
        self.saved: PlainLines = plain_lines(cart.saved)
        self.note, self.voucher = "", ""
        self.rev, self.newest_place = cart.rev, cart.next_pos - 1
        self.album: list[tuple[int, Picture]] = []
        self.wrong_codes: list[float] = []

    def picture(self) -> Picture:
        """Return a copy of the present state."""
        return dict(self.lines), dict(self.saved), self.note, self.voucher

    def ask(self, op: Op, catalog: Catalog, now_s: float) -> str:
        """Apply *op* if it is allowed; return the code of the refusal, or what was accepted."""
        if objections := self._objections(op, catalog, now_s):
            self.wrong_codes += [now_s] if objections == {"bad_voucher"} else []
            return min(objections, key=PRECEDENCE.index)
        before = self.picture()
        answer = self._do(op, catalog)
        if self.picture() != before:
            self.rev += 1
            if not isinstance(op, Undo):
                self.album = [*self.album, (self.rev, before)][-10:]
        return answer

    def _objections(self, op: Op, catalog: Catalog, now_s: float) -> set[str]:
        match op:
            case BadOp():
                return {"bad_op"}
            case SetNote():
                return set()
            case SetVoucher(code):
                recent = [at_s for at_s in self.wrong_codes if now_s - at_s < 3600]
                wrong = code is not None and code.strip().upper() not in catalog.vouchers
                tired = code is not None and len(recent) >= 10
                return _those(too_many_tries=tired, bad_voucher=wrong)
            case Undo(rev):
                newest = self.album[-1][0] if self.album else None
                return _those(nothing_to_undo=newest is None, moved=rev not in {None, newest})
            case SuggestLine() | AcceptSuggestion() | DeclineSuggestion():
                raise TypeError("the model has no household")
            case _:
                item = catalog.products.get(op.sku)
                return self._objections_to_line(op, item) if item else {"unknown_sku"}

    def _objections_to_line(self, op: LineOp, item: Product) -> set[str]:
        match op:
            case AddLine() | SetLine():
                return self._objections_to_having(op, item)
            case AcceptLine(sku, price):
                rise = sku in self.lines and item.price > self.lines[sku][2]
                return _those(
                    gone=not item.sold,
                    not_in_cart=sku not in self.lines,
                    price_moved=rise and price != item.price,
                )
            case SaveLine(sku):
                return _objections_to_moving(sku, self.lines, self.saved)
            case UnsaveLine(sku):
                return _objections_to_moving(sku, self.saved, self.lines)
            case DiscardLine():
                return set()

    def _objections_to_having(self, op: AddLine | SetLine, item: Product) -> set[str]:
        has, wants = self._has_and_wants(op)
        if wants <= has:
            return set()
        return _those(
            gone=not item.sold,
            line_limit=not has and len(self.lines) == 100,
            qty_limit=wants > 99,
            sold_out=item.stock <= has,
        )

    def _has_and_wants(self, op: AddLine | SetLine) -> tuple[int, int]:
        has = self.lines[op.sku][1] if op.sku in self.lines else 0
        return has, has + op.qty if isinstance(op, AddLine) else op.qty

    def _do(self, op: Op, catalog: Catalog) -> str:
        match op:
            case AddLine(sku) | SetLine(sku):
                return self._have(op, catalog.products[sku])
            case AcceptLine(sku, price):
                place, qty, agreed = self.lines[sku]
                rise = catalog.products[sku].price > agreed
                self.lines[sku] = place, qty, price if rise else agreed
            case SaveLine(sku):
                self._move(sku, self.lines, self.saved)
            case UnsaveLine(sku):
                self._move(sku, self.saved, self.lines)
            case DiscardLine(sku):
                self.saved.pop(sku, None)
            case SetNote(text):
                self.note = text
            case SetVoucher(code):
                self.voucher = (code or "").strip().upper()
            case Undo():
                self.lines, self.saved, self.note, self.voucher = self.album.pop()[1]
            case BadOp() | SuggestLine() | AcceptSuggestion() | DeclineSuggestion():
                pass
        return "ok"

    def _have(self, op: AddLine | SetLine, item: Product) -> str:
        has, wants = self._has_and_wants(op)
        gets = wants if wants <= has else min(wants, item.stock)
        if not gets:
            self.lines.pop(op.sku, None)
        elif has:
            place, _, agreed = self.lines[op.sku]
            self.lines[op.sku] = place, gets, agreed
        else:
            self.lines[op.sku] = self._new_place(), gets, min(op.seen or item.price, item.price)
        return "ok" if gets == wants else f"{gets} instead of {wants}"

    def _move(self, sku: Sku, source: PlainLines, target: PlainLines) -> None:
        _, qty, agreed = source.pop(sku)
        if sku in target:
            place, more, lower = target[sku]
            target[sku] = place, qty + more, min(agreed, lower)
        else:
            target[sku] = self._new_place(), qty, agreed

    def _new_place(self) -> int:
        self.newest_place += 1
        return self.newest_place


def _objections_to_moving(sku: Sku, source: PlainLines, target: PlainLines) -> set[str]:
    together = sum(lines[sku][1] for lines in (source, target) if sku in lines)
    return _those(
        not_in_cart=sku not in source,
        line_limit=sku not in target and len(target) == 100,
        qty_limit=together > 99,
    )


def _those(**objections: bool) -> set[str]:
    return {code for code, holds in objections.items() if holds}
