"""Metrics of the tabs whose websockets are blocked (docs/protocol.md §9)."""

from collections.abc import Iterator

from app.metrics.prometheus import Metric, counter, gauge
from app.services.event_frames import Delivery
from app.ws.event_streams import EndedBy, StreamStats


def event_stream_metrics(stats: StreamStats) -> Iterator[Metric]:
    """Yield how many event streams there are, and how they and what was sent to them ended."""
    yield gauge("shop_event_streams", "Open event streams.", stats.open)
    yield counter(
        "shop_event_streams_opened_total", "Event streams that were opened.", {(): stats.opened}
    )
    yield counter(
        "shop_event_streams_ended_total",
        "Event streams that ended, by who ended them.",
        {(end,): stats.ended[end] for end in EndedBy},
        "by",
    )
    yield counter(
        "shop_event_frames_total",
        "Requests with frames of clients of event streams, by what became of them.",
        {(str(each),): stats.deliveries[each] for each in Delivery},
        "fate",
    )
