"""A minimal client of the live cart, using only `websockets`: python examples/cart.py URL COOKIE.

COOKIE is what `POST /api/session` sets, like `shop=…`. The messages are those of docs/protocol.md.
"""

import asyncio
import json
import sys
from uuid import uuid4

from websockets.asyncio.client import connect

SKU = "milk-2l"


async def main(url: str, cookie: str) -> None:
    """Set the quantity of a line to 2, and print the server's messages until its patch arrives."""
    hello = {"t": "hello", "tab": str(uuid4()), "gen": 1, "outbox": str(uuid4())}
    two = {"t": "op", "n": 1, "k": "line.set", "sku": SKU, "qty": 2}
    async with connect(
        f"{url.replace('http', 'ws', 1)}/ws",
        subprotocols=["shop.cart.v2"],
        additional_headers={"Cookie": cookie},
        compression=None,
    ) as socket:
        for message in (hello, two):
            await socket.send(json.dumps(message))
        async for frame in socket:
            reply = json.loads(frame)
            print(reply["t"], {"rev": reply.get("rev"), **reply.get("totals", {})})
            if reply["t"] == "patch" and reply["lines"].get(SKU, {}).get("qty") == 2:
                return


asyncio.run(main(*sys.argv[1:]))
