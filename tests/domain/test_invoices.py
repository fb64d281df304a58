"""The numbers of invoices and credit notes (decision 0119)."""

import pytest

from app.domain.invoices import DocumentKind, number_of


@pytest.mark.parametrize(
    ("kind", "count", "number"),
    [
        (DocumentKind.INVOICE, 1, "2026-000001"),
        (DocumentKind.CREDIT_NOTE, 42, "C-2026-000042"),
        (DocumentKind.INVOICE, 1_234_567, "2026-1234567"),
    ],
)
def test_a_number_has_the_kind_the_year_and_at_least_six_digits(
    kind: DocumentKind, count: int, number: str
) -> None:
    assert number_of(kind, 2026, count) == number
