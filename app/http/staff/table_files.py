"""Tables that staff save as files."""

from io import StringIO

from quart import Response


def as_csv(text: StringIO, name: str) -> Response:
    """Return *text* as a CSV file that browsers save under *name*."""
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
