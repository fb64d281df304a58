"""Server-sent events, read as they come (HTML Living Standard, 9.2.6)."""

from collections.abc import Iterator


class EventDecoder:
    """Decodes the bytes of an event stream, in pieces of any size; lines end with LF."""

    def __init__(self) -> None:
        self._incomplete = b""

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield name and data of the events that *data* completes; an unnamed one is `message`."""
        *events, self._incomplete = (self._incomplete + data).split(b"\n\n")
        for event in events:
            name, texts = "message", []
            for line in event.split(b"\n"):
                field, _, value = line.partition(b":")
                if field == b"event":
                    name = value.strip().decode()
                elif field == b"data":
                    texts.append(value.removeprefix(b" "))
            if texts:
                yield name, b"\n".join(texts)
