"""Logs: one JSON line an event, on standard error."""

import json
import logging
from datetime import UTC, datetime

_ORDINARY = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; what was passed as `extra` becomes fields.

    *node* is which server says so.
    """

    def __init__(self, node: str):
        super().__init__()
        self._node = node

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "node": self._node,
            "from": record.name,
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _ORDINARY}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up_logs(level: str, node: str) -> None:
    """Log *level* and above, as *node*; libraries only what deserves attention."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(node))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("app").setLevel(level.upper())
