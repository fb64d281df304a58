"""Draws a receipt as a PDF file: A4, with its own font, and the same bytes for the same receipt."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, cast

from fpdf import FPDF, FontFace, ViewerPreferences, XPos, YPos
from fpdf.enums import TableBordersLayout
from fpdf.fonts import TTFFont

from app.services.receipts.sheets import Headings, Receipt, Sheet

FONT: Final = Path(__file__).with_name("noto-sans-tc.ttf")
MISSING: Final = "\N{WHITE SQUARE}"
"""What is shown for a character that the font does not have."""

_FAMILY: Final = "Noto"
_MARGIN_MM: Final = 18
_LINE_MM: Final = 5.2
_GAP_MM: Final = 6
_SIZE, _TITLE_SIZE, _SMALL_SIZE = 10, 18, 8.5
_HALF: Final = 0.5
_LINE_WIDTHS: Final = (58, 12, 15, 15)
_TAX_WIDTHS: Final = (25, 25, 25, 25)

Align = Literal["L", "R"]


def draw(receipt: Receipt) -> bytes:
    """Return the PDF file of *receipt*."""
    pdf = _Document(receipt)
    for sheet in receipt.sheets:
        pdf.add_page()
        _draw_sheet(pdf, sheet, receipt.headings)
    return bytes(pdf.output())


class _Document(FPDF):
    """A file with the metadata of a receipt, and the number of the page at each foot."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(format="A4")
        self._page_text = receipt.page
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM)
        self.add_font(_FAMILY, fname=FONT)
        self._known = cast("TTFFont", self.fonts[_FAMILY.lower()]).cmap
        self.set_font(_FAMILY, size=_SIZE)
        self.set_title(self.shown(receipt.title))
        self.set_author(self.shown(receipt.author))
        self.set_lang(receipt.language)
        self.set_creation_date(datetime.fromtimestamp(receipt.made_at_s, UTC))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)

    def shown(self, text: str) -> str:
        """Return *text* with a sign in place of what the font does not have."""
        return "".join(char if ord(char) in self._known else MISSING for char in text)

    def footer(self) -> None:
        """Write which page this is."""
        self.set_y(-_MARGIN_MM + _LINE_MM)
        self.set_font(_FAMILY, size=_SMALL_SIZE)
        text = self._page_text.format(page=self.page_no(), pages="{nb}")
        self.cell(w=0, h=_LINE_MM, text=text, align="R")
        self.set_font(_FAMILY, size=_SIZE)

    def paragraph(self, text: str, width: float = 0, align: Align = "L") -> None:
        """Write *text*, over several lines if it needs them."""
        where: dict[str, Any] = {"new_x": XPos.LEFT, "new_y": YPos.NEXT}
        self.multi_cell(w=width, h=_LINE_MM, text=self.shown(text), align=align, **where)

    def gap(self) -> None:
        """Leave some room."""
        self.ln(_GAP_MM)


def _draw_sheet(pdf: _Document, sheet: Sheet, headings: Headings) -> None:
    pdf.start_section(pdf.shown(sheet.title))
    pdf.set_font(_FAMILY, size=_TITLE_SIZE)
    pdf.multi_cell(w=0, h=9, text=pdf.shown(sheet.title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(_FAMILY, size=_SIZE)
    pdf.gap()
    _draw_parties(pdf, sheet, headings)
    if sheet.lines:
        rows = [(f"{line.name}, {line.unit}", *_amounts(line)) for line in sheet.lines]
        _draw_table(pdf, headings.lines, rows, _LINE_WIDTHS)
        pdf.gap()
    _draw_pairs(pdf, sheet.sums)
    if sheet.taxes:
        pdf.gap()
        rates = [(tax.rate, tax.net, tax.tax, tax.gross) for tax in sheet.taxes]
        _draw_table(pdf, headings.taxes, rates, _TAX_WIDTHS)
    for remark in sheet.remarks:
        pdf.gap()
        pdf.paragraph(remark)


def _amounts(line: Any) -> tuple[str, str, str]:
    return line.qty, line.price, line.amount


def _draw_parties(pdf: _Document, sheet: Sheet, headings: Headings) -> None:
    """Write who issues the document on the left, and for whom and when on the right."""
    top, middle = pdf.y, pdf.l_margin + pdf.epw * _HALF
    for line in sheet.issuer:
        pdf.paragraph(line, pdf.epw * _HALF)
    left_end = pdf.y
    pdf.set_xy(middle, top)
    for line in (headings.recipient, *sheet.recipient):
        pdf.paragraph(line, pdf.epw * _HALF)
    pdf.set_xy(pdf.l_margin, max(left_end, pdf.y) + _GAP_MM)
    for label, value in sheet.facts:
        pdf.paragraph(f"{label}: {value}")
    pdf.gap()


def _draw_table(
    pdf: _Document, headings: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
) -> None:
    """Draw a table whose first column is text, and whose others are numbers."""
    with pdf.table(
        col_widths=tuple(widths),
        text_align=("LEFT", *("RIGHT" for _ in widths[1:])),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(size_pt=_SMALL_SIZE, emphasis=""),
        line_height=_LINE_MM + 1,
        padding=(0.6, 1),
    ) as table:
        for cells in (headings, *rows):
            table.row([pdf.shown(cell) for cell in cells])


def _draw_pairs(pdf: _Document, pairs: Iterable[tuple[str, str]]) -> None:
    """Write amounts with their labels at the right; the last is the total, in larger letters."""
    known = list(pairs)
    for at, (label, amount) in enumerate(known):
        pdf.set_font(_FAMILY, size=_SIZE + 2 if at == len(known) - 1 else _SIZE)
        pdf.set_x(pdf.l_margin + pdf.epw * _HALF)
        pdf.cell(w=pdf.epw * _HALF * _HALF, h=_LINE_MM + 1, text=pdf.shown(label))
        pdf.cell(
            w=pdf.epw * _HALF * _HALF,
            h=_LINE_MM + 1,
            text=pdf.shown(amount),
            align="R",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
    pdf.set_font(_FAMILY, size=_SIZE)
