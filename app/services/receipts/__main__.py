"""A process that draws one receipt: it reads it as JSON, and writes the PDF file."""

import os
import sys
from typing import Final

from msgspec import json

from app.services.receipts.pdf import draw
from app.services.receipts.sheets import Receipt

NICENESS: Final = 10
"""Carts go first: a receipt may wait for the processor."""

if __name__ == "__main__":
    os.nice(NICENESS)
    sys.stdout.buffer.write(draw(json.decode(sys.stdin.buffer.read(), type=Receipt)))
