"""Measures the server memory of an idle shopper with a cart of ten lines.

    python -m bench.memory [SHOPPERS [MINUTES]] [--held 0]

The first quarter is not counted, because it pays for shared memory. With MINUTES, all tabs stay
open for that time, beside one account that submits ten ops a second. Of the ten products, carts
hold as many as `--held` says.
"""

import argparse
import asyncio

import uvloop

from app.client import Account
from bench.light_client import LightTab
from bench.operations import SKUS
from bench.shop import MeasuredShop, measured_shop

SETTLE_S = 1.0
PAUSE_S = 0.1


async def fill_cart(shop: MeasuredShop, account: Account) -> LightTab:
    """Open a tab of *account*, fill its cart with ten lines, and return the open tab."""
    filled = asyncio.Event()

    def on_message(text: bytes) -> None:
        if text.startswith(b'{"t":"ok","n":%d,' % len(SKUS)):
            filled.set()

    tab = await shop.open(account, on_message)
    for n, sku in enumerate(SKUS, start=1):
        tab.send_json(t="op", n=n, k="line.set", sku=sku, qty=n)
    await filled.wait()
    return tab


async def main(shoppers: int, open_s: float, held: int) -> None:
    """Print the figures."""
    with measured_shop() as shop:
        for sku in SKUS[:held]:
            stock = ("--stock", f"{10 * shoppers}", "--hold", "always")
            shop.server.command("product", "set", sku, *stock).check_returncode()
        accounts = await shop.register(shoppers)
        quarter = shoppers // 4
        tabs = [await fill_cart(shop, account) for account in accounts[:quarter]]
        await asyncio.sleep(SETTLE_S)
        before = shop.cost.memory_kib
        tabs += [await fill_cart(shop, account) for account in accounts[quarter:]]
        await asyncio.sleep(SETTLE_S)
        after = shop.cost
        each = (after.memory_kib - before) / (len(tabs) - quarter)
        whole = after.memory_kib / 1024
        print(f"{len(tabs)} idle shoppers: {each:.1f} KiB each, {whole:.0f} MiB in all", flush=True)
        if open_s:
            waits_ms = await click(shop, (await shop.register(1))[0], open_s)
            now = shop.cost
            p50, p99 = (waits_ms[int(share * len(waits_ms))] for share in (0.5, 0.99))
            closed = sum(tab.is_closed for tab in tabs)
            cpu = (now.cpu_s - after.cpu_s) / open_s
            print(
                f"after {open_s / 60:.0f} min: {now.memory_kib / 1024:.0f} MiB, {closed} gone,"
                f" {cpu:.1%} of a core; one busy account: {len(waits_ms)} clicks,"
                f" p50 {p50:.1f} ms, p99 {p99:.1f} ms"
            )


async def click(shop: MeasuredShop, account: Account, seconds: float) -> list[float]:
    """Submit an op every `PAUSE_S`; return the latencies in ms, sorted."""
    answered = asyncio.Event()

    def on_message(text: bytes) -> None:
        if text.startswith(b'{"t":"ok"'):
            answered.set()

    loop, waits_ms, n = asyncio.get_running_loop(), list[float](), 0
    tab = await shop.open(account, on_message)
    end_s = loop.time() + seconds
    while (began_s := loop.time()) < end_s:
        n += 1
        answered.clear()
        tab.send_json(t="op", n=n, k="line.set", sku=SKUS[n % len(SKUS)], qty=1 + n % 9)
        await answered.wait()
        waits_ms.append((loop.time() - began_s) * 1000)
        await asyncio.sleep(PAUSE_S)
    return sorted(waits_ms)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.memory")
    parser.add_argument("shoppers", type=int, nargs="?", default=2000)
    parser.add_argument("minutes", type=float, nargs="?", default=0)
    parser.add_argument("--held", type=int, default=0, help="of ten products, so many are held")
    given = parser.parse_args()
    uvloop.run(main(given.shoppers, 60 * given.minutes, given.held))
