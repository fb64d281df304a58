"""A search for a term of the field leads to the file that the glossary names for it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
FILES = {
    "audit log": "app/store/product_edits.py",
    "back-pressure": "app/ws/flow_control.py",
    "backoff": "app/client/backoff.py",
    "brute force": "app/services/login_backoff.py",
    "bulkhead": "app/services/passwords.py",
    "csrf": "app/http/core/security.py",
    "fan-out": "app/live/price_broadcaster.py",
    "pub/sub": "app/bus/redis.py",
    "dns rebinding": "app/http/core/security.py",
    "graceful shutdown": "app/runtime/drain.py",
    "group commit": "app/store/writer.py",
    "heartbeat": "app/ws/heartbeat.py",
    "idempotent": "app/domain/outbox.py",
    "inventory": "app/domain/catalog.py",
    "jitter": "app/client/backoff.py",
    "open redirect": "app/http/core/safe_redirect.py",
    "rate limit": "app/domain/token_bucket.py",
}


@pytest.mark.parametrize(("term", "path"), FILES.items())
def test_a_term_of_the_field_is_in_the_file_that_the_glossary_names(term: str, path: str) -> None:
    source = " ".join((ROOT / path).read_text().split())

    assert term in source.casefold()
    assert f"`{path}`" in GLOSSARY


def test_the_glossary_explains_why_there_is_no_dead_letter_queue() -> None:
    assert "no dead letter queue" in GLOSSARY
