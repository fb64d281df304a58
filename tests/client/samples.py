"""The samples of every message, which all who speak the protocol read."""

import json
from pathlib import Path
from typing import Any

_SAMPLES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "protocol" / "samples.json").read_text()
)

SAID_BY_CLIENTS = _SAMPLES["client"]
SAID_BY_THE_SHOP = _SAMPLES["server"]


def sample(name: str, **changes: Any) -> dict[str, Any]:
    """Return what the shop says in the sample of this name, with *changes*."""
    return {**SAID_BY_THE_SHOP[name], **changes}
