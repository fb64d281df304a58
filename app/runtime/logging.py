"""Structured logs: one line of JSON for each event, on standard error."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

SECURITY = "app.security"

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; `extra` becomes fields. *node* names the server."""

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
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up_logs(level: str, node: str) -> None:
    """Log *level* and above, as *node*; of libraries, only warnings and errors.

    Uvicorn warns of each malformed request. A client could fill the log so; they are counted.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(node))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("app").setLevel(level.upper())
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    logging.getLogger(SECURITY).setLevel(logging.INFO)


@contextmanager
def security_log_of(node: str) -> Iterator[None]:
    """In the `with` block, write lines of the security log, and no others, as *node*."""
    handler, logger = logging.StreamHandler(), logging.getLogger(SECURITY)
    handler.setFormatter(JsonLines(node))
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
