"""Requests that Schemathesis makes of `/openapi.json`: each is answered as is written there.

`bin/prove` sets Schemathesis up; without it this is left out, and pytest says so. SCHEMATHESIS_S
says for how long.
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
OF_LOGINS = ("register", "login", "logout")
"""They hash passwords or end the login that all else needs."""
NOT_CHECKED = "negative_data_rejection,positive_data_acceptance"
"""The cookie is always sent; and what an op may say is more than a schema can tell."""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not COMMAND.exists(), reason="Schemathesis is not here"),
]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Server]:
    """Return a shop without limits of rate."""
    server = Server(tmp_path, limits="load", log="warning")
    server.start()
    yield server
    server.end()
    assert server.complaints() == []


@pytest.mark.timeout(SECONDS + 90)
async def test_every_response_matches_the_openapi_document(shop: Server, tmp_path: Path) -> None:
    ada = await new_shopper(shop)
    left_out = [word for name in OF_LOGINS for word in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        *(COMMAND, "run", f"{shop.origin}/openapi.json", "--header", f"Cookie: {ada.cookie}"),
        *(*left_out, "--exclude-checks", NOT_CHECKED, "--max-time", str(SECONDS), "--seed", "1"),
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()

    assert process.returncode == 0, said.decode()[-4000:]
