"""Requests that Schemathesis generates from `/openapi.json`: each response must match it.

`bin/prove` installs Schemathesis; without it, pytest reports the test as skipped. SCHEMATHESIS_S
is the duration in seconds.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.raw_client import new_shopper
from tests.e2e.server import ROOT, Server

COMMAND = ROOT / ".venv-proof/bin/schemathesis"
SECONDS = int(os.environ.get("SCHEMATHESIS_S", "30"))
EXCLUDED_OPERATIONS = ("register", "login", "logout")
"""They hash passwords, or end the login that all other operations need."""
EXCLUDED_CHECKS = "negative_data_rejection,positive_data_acceptance"
"""The cookie is always sent; and the rules of an op are stricter than its schema."""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not COMMAND.exists(), reason="Schemathesis is not here"),
]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Server]:
    """Return a shop without rate limits."""
    server = Server(tmp_path, limits="load", log="warning")
    server.start()
    yield server
    server.end()
    assert server.error_events() == []


@pytest.mark.timeout(SECONDS + 600)
async def test_every_response_matches_the_openapi_document(shop: Server, tmp_path: Path) -> None:
    ada = await new_shopper(shop)
    excluded = [word for name in EXCLUDED_OPERATIONS for word in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        *(COMMAND, "run", f"{shop.origin}/openapi.json", "--header", f"Cookie: {ada.cookie}"),
        *(
            *excluded,
            "--exclude-checks",
            EXCLUDED_CHECKS,
            "--max-time",
            str(SECONDS),
            "--seed",
            "1",
        ),
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()

    assert process.returncode == 0, output.decode()[-4000:]
