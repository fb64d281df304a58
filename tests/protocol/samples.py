"""The samples of every message, read once (`samples.json`; the browser's tests read it too)."""

import json
from pathlib import Path
from typing import Any

Fields = dict[str, Any]

_SAMPLES: dict[str, dict[str, Fields]] = json.loads(
    Path(__file__).with_name("samples.json").read_text("utf-8")
)

SAID_BY_CLIENTS = _SAMPLES["client"]
ODD_BUT_FINE = _SAMPLES["odd"]
BAD = _SAMPLES["bad"]
SAID_BY_THE_SHOP = _SAMPLES["server"]


def frame(fields: object) -> bytes:
    """Return *fields* as the payload of a frame, as the page and the Python client write it."""
    return json.dumps(fields, separators=(",", ":")).encode()
