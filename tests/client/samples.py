"""The sample of every message, which the tests of all implementations share."""

import json
from pathlib import Path
from typing import Any

_SAMPLES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "protocol" / "samples.json").read_text()
)

CLIENT_MESSAGES = _SAMPLES["client"]
SERVER_MESSAGES = _SAMPLES["server"]


def sample(name: str, **changes: Any) -> dict[str, Any]:
    """Return the fields of this sample of a server's message, with *changes*."""
    return {**SERVER_MESSAGES[name], **changes}
