"""What event streams have beside the frames of a websocket, as JSON Schemas (protocol.md §9)."""

from app.domain.limits import MOST_TEXTS
from app.protocol.json_schema import TEXT, Schema, array, integer, open_record, record

OPEN: Schema = record({"to": TEXT})
"""The first event of a stream: where the client sends its frames to."""
CLOSE: Schema = record({"code": integer(1000), "reason": TEXT})
"""The last event of a stream."""
OF_STREAMS = {"open": OPEN, "close": CLOSE}
SENT_TO_STREAMS: Schema = open_record({"to": TEXT, "frames": array(TEXT, MOST_TEXTS)})
"""The body of a request with frames."""
STREAM_QUERY: Schema = open_record({"protocol": array(TEXT), "hello": TEXT})
"""The query of the request for a stream; `hello` is the first frame."""
