"""A cart in thirty lines, with nothing but `websockets`: python examples/cart.py URL COOKIE.

The cookie is what `POST /api/session` sets, like `shop=…`; docs/protocol.md is all that was read.
"""

import asyncio
import json
import sys
from uuid import uuid4

from websockets.asyncio.client import connect

SKU = "milk-2l"


async def main(url: str, cookie: str) -> None:
    """Put two of something into the cart, and print what the shop says until it is there."""
    hello = {"t": "hello", "tab": str(uuid4()), "gen": 1, "outbox": str(uuid4())}
    two = {"t": "op", "n": 1, "k": "line.set", "sku": SKU, "qty": 2}
    async with connect(
        f"{url.replace('http', 'ws', 1)}/ws",
        subprotocols=["shop.cart.v1"],
        additional_headers={"Cookie": cookie},
        compression=None,
    ) as socket:
        for sent in (hello, two):
            await socket.send(json.dumps(sent))
        async for frame in socket:
            message = json.loads(frame)
            print(message["t"], {"rev": message.get("rev"), **message.get("totals", {})})
            if message["t"] == "patch" and message["lines"].get(SKU, {}).get("qty") == 2:
                return


asyncio.run(main(*sys.argv[1:]))
