"""Imports of products from a file, written in slices beside shoppers.

An import that stops in the middle can be sent again: rows that are in are left as they are.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

from app.domain.catalog import Product
from app.domain.edits import NotEdited
from app.domain.errors import DatabaseUnavailable
from app.domain.product_faults import Fault, FaultCode
from app.services.product_plan import Plan, PlannedEdit, RowFault
from app.services.product_table import VERSION
from app.store.product_edits import ProductValues

SLICE: Final = 25
"""So many products are written in one transaction, during which no cart can be saved."""
REST: Final = 4
"""After a slice, carts have the database to themselves for so many times as long as it took."""
TRIES: Final = 5
TRY_AGAIN_S: Final = 1.0


WriteSlice = Callable[[Sequence[ProductValues]], Sequence[Product | NotEdited]]
"""Writes edits in one transaction; raises `DatabaseUnavailable`."""


class ProductImport:
    """An import that runs: what it has done so far can be asked at any time."""

    def __init__(self, plan: Plan):
        self.added = self.changed = 0
        self.unchanged, self.stock_kept = plan.unchanged, plan.stock_kept
        self.refused: list[RowFault] = []
        self._left = [*plan.edits]

    @property
    def lines_left(self) -> list[int]:
        """The lines of the file that have not been imported yet."""
        return [planned.line for planned in self._left]

    def run(self, write: WriteSlice, pause: Callable[[float], None]) -> None:
        """Write what is left, slice by slice; `pause` waits for so many seconds.

        Raises `DatabaseUnavailable` if the database stays away; calling this again goes on.
        """
        while edits := self._left[:SLICE]:
            began_s = time.perf_counter()
            self._count(edits, _persist(write, [planned.edit for planned in edits], pause))
            del self._left[:SLICE]
            if self._left:
                pause(REST * (time.perf_counter() - began_s))

    def _count(self, edits: Sequence[PlannedEdit], results: Sequence[Product | NotEdited]) -> None:
        for (line, edit), result in zip(edits, results, strict=True):
            if isinstance(result, Product):
                self.added += edit.seen is None
                self.changed += edit.seen is not None
            elif result is NotEdited.SAME:
                self.unchanged += 1
            else:
                self.refused.append(RowFault(line, _fault_of(edit, result)))


def _fault_of(edit: ProductValues, refused: NotEdited) -> Fault:
    if refused is NotEdited.TAKEN:
        return Fault("barcode", FaultCode.BARCODE_TAKEN, {"typed": edit.values["barcode"]})
    return Fault(VERSION, FaultCode.EDITED_MEANWHILE, {"sku": edit.sku})


def _persist(
    write: WriteSlice, edits: Sequence[ProductValues], pause: Callable[[float], None]
) -> Sequence[Product | NotEdited]:
    """Write *edits*, and try again if the database is away: what is in already is no edit then."""
    for _ in range(TRIES - 1):
        try:
            return write(edits)
        except DatabaseUnavailable:
            pause(TRY_AGAIN_S)
    return write(edits)
