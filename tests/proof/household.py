"""A household that fills one cart in many tabs while nodes and lines fail, and records it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, NamedTuple
from uuid import uuid4

from app.client import Account, InvalidResponse, Problem, Shop, Stopped, Tab
from app.client.deps import Transport
from app.client.problem import fetch
from app.client.request import Request, Site
from app.domain.ops import (
    AcceptSuggestion,
    AddLine,
    ClientOp,
    DeclineSuggestion,
    DiscardLine,
    SaveLine,
    SetLine,
    SetNote,
    SuggestLine,
    Undo,
    UnsaveLine,
)
from app.load.shopper import authors, contents
from tests.e2e.raw_client import PASSWORD
from tests.e2e.server import free_port
from tests.e2e.shared import open_shared
from tests.proof.crowd import RETRY_POLICY, SKUS, THINK_S
from tests.proof.history import CONVERGED_S, SETTLE_S, Anomaly, check
from tests.proof.log import FinalState, Log, MemberRemoved, TabRecorder
from tests.proof.play import SETTINGS, PlantedShop, until
from tests.proof.proxy import Proxy, proxy_to

PEOPLE: Final = 5
TABS: Final = 12
SUGGESTER, GOES = PEOPLE - 1, PEOPLE - 2
"""Which of the people may only suggest, and which is removed in the end."""
LISTENS: Final = GOES + PEOPLE
"""The tab of the latter that sends nothing more then; the other goes on."""
GOES_S: Final = 1.5
"""So long the others go on after that."""
REPEATED: Final = 0.2
RETRIABLE: Final = (OSError, TimeoutError, InvalidResponse, Problem)
RETRY_S: Final = 0.1
ANSWERED_S: Final = 120.0
"""So long a request is sent again, also on a machine that does much else."""


class Node(NamedTuple):
    """A server, and the line to it."""

    server: PlantedShop
    line: Proxy


class ShownTab(NamedTuple):
    """A tab, and the number in the household of the one whose it is."""

    tab: Tab
    whose: int


class Household:
    """People who share the cart of the first of them, their tabs, and what was recorded of them."""

    def __init__(self, nodes: list[Node], people: list[Account], chance: Random):
        self.nodes = nodes
        self.people = people
        self.chance = chance
        self.log = Log()
        self._tabs: list[ShownTab] = []
        self._notes = 0

    @property
    def cart(self) -> str:
        """The account whose cart it is."""
        return str(self.people[0].id)

    async def play(self, disturb: Callable[["Household"], AsyncIterator[None]]) -> list[Anomaly]:
        """Fill the cart while *disturb* has things fail; return the broken guarantees.

        One member is removed afterwards, while the others go on.
        """
        is_over, listens = asyncio.Event(), asyncio.Event()
        for number in range(TABS):
            await self._open_tab(number)
        ends = [listens if number == LISTENS else is_over for number in range(TABS)]
        filling = zip(self._tabs, ends, strict=True)
        shopping = [asyncio.create_task(self._fill(*each)) for each in filling]
        try:
            async for _ in disturb(self):
                pass
            listens.set()
            await self._remove(GOES)
            await asyncio.sleep(GOES_S)
            is_over.set()
            return check(self.log.events, await self._settle())
        finally:
            for task in shopping:
                task.cancel()
            await asyncio.gather(*(shown.tab.close() for shown in self._tabs))

    async def _open_tab(self, number: int) -> None:
        """Open a tab of one after the other, by turns at the nodes."""
        whose = number % PEOPLE
        person, line = self.people[whose], self.nodes[number % len(self.nodes)].line
        recorder = TabRecorder(self.log, self.cart, number, str(person.id) if whose else "")
        visit = _shop(line, self.chance).account(person.id, person.cookie)
        tab = visit.tab(observer=recorder, cart=self.people[0].id if whose else None)
        self._tabs.append(ShownTab(await tab.open(), whose))

    async def _fill(self, shown: ShownTab, is_over: asyncio.Event) -> None:
        """Send ops in a tab, and some of them again."""
        with suppress(Stopped):
            while not is_over.is_set():
                await shown.tab.send(self._choose_op(shown))
                if self.chance.random() < REPEATED:
                    with suppress(Exception):  # Nothing to repeat, or the tab is not connected.
                        shown.tab.resend(shown.tab.settled)
                await asyncio.sleep(self.chance.random() * THINK_S)

    def _choose_op(self, shown: ShownTab) -> ClientOp:
        self._notes += 1
        cart, chance, sku = shown.tab.cart, self.chance, self.chance.choice(SKUS)
        held, saved = (chance.choice([*lines] or SKUS) for lines in (cart.lines, cart.saved))
        proposed = chance.choice([*cart.suggested] or SKUS)
        weights: dict[ClientOp, int] = {SuggestLine(sku, chance.randrange(4)): 12, Undo(): 14}
        if shown.whose != SUGGESTER:
            weights |= {
                AddLine(sku, 1 + chance.randrange(3)): 25,
                SetLine(held, chance.randrange(9)): 15,
                SetNote(f"{self.cart} {self._notes}"): 10,
                SaveLine(held): 6,
                UnsaveLine(saved): 4,
                DiscardLine(saved): 2,
                AcceptSuggestion(proposed): 8,
                DeclineSuggestion(proposed): 4,
                Undo(cart.rev): 4,
            }
        return chance.choices([*weights], [*weights.values()])[0]

    async def _remove(self, number: int) -> None:
        """Have the owner remove a member."""
        gone = str(self.people[number].id)
        line = self.nodes[-1].line
        body = {"cart": self.cart, "account": gone}
        await _post(line, self.people[0], "/api/household/remove", body)
        self.log.events.append(MemberRemoved(time.monotonic(), self.cart, gone))

    async def _settle(self) -> FinalState:
        """Wait until no op waits, and then until all tabs but those that are out agree."""
        inside = {n: each.tab for n, each in enumerate(self._tabs) if each.whose != GOES}
        settled_s = await until(
            lambda: not any(tab.waiting and not tab.stopped for tab in inside.values()), SETTLE_S
        )
        cart = await self.people[0].cart()
        agreeing = (until(partial(_shows, tab, cart.at), CONVERGED_S) for tab in inside.values())
        agreed_s = await asyncio.gather(*agreeing)
        same = [inside[n].cart == cart for n in inside]
        assert all(same), f"tabs at {cart.at} show it differently: {same}"
        return FinalState(
            settled_s,
            {(self.cart, n): s for n, s in zip(inside, agreed_s, strict=True)},
            {self.cart: cart},
            {self.cart: contents(cart)},
            (),
            ({}, {}),
            {self.cart: authors(cart)},
        )


@asynccontextmanager
async def household(
    home: Path, seed: int, *, nodes: int = 2, **settings: object
) -> AsyncIterator[Household]:
    """Open servers behind proxies, and register people who share a cart there."""
    chance = Random(seed)
    async with AsyncExitStack() as stack:
        shared = stack.enter_context(open_shared())
        url, opened = shared.cluster.new(), list[Node]()
        for number in range(nodes):
            (home / f"{number}").mkdir()
            port, given = free_port(), {**SETTINGS, "redis": shared.redis.url, **settings}
            server = PlantedShop(home / f"{number}", url, node=f"{number}", **given)
            server.environment["SHOP_ORIGINS"] = f"{server.origin},http://127.0.0.1:{port}"
            stack.push_async_callback(asyncio.to_thread, server.end)
            await asyncio.to_thread(server.start)
            line = await stack.enter_async_context(proxy_to(server.port, port))
            opened.append(Node(server, line))
        people = await _gather(opened[0].line, chance)
        yield Household(opened, people, chance)


async def _gather(line: Proxy, chance: Random) -> list[Account]:
    """Register people, and have the first of them invite the others."""
    shop = _shop(line, chance)
    people = [
        await shop.register(f"{uuid4()}@shop.example", PASSWORD, "Ada") for _ in range(PEOPLE)
    ]
    for number, one in enumerate(people[1:], 1):
        role = {"role": "suggest" if number == SUGGESTER else "edit"}
        invited = await _post(line, people[0], "/api/household/invitations", role)
        await _post(line, one, "/api/household/join", {"token": invited["token"]})
    await _post(line, people[0], "/api/household/saved", {"shared": True})
    return people


async def _post(
    line: Proxy, by: Account, path: str, fields: Mapping[str, object]
) -> dict[str, object]:
    """Send a request until the shop answers it. Raises TimeoutError if it never does."""
    request = Request("POST", path, json.dumps(fields), by.cookie)
    async with asyncio.timeout(ANSWERED_S):
        while True:
            with suppress(*RETRIABLE):
                site = Site.at(line.origin, None)
                response = await fetch(site, request, RETRY_POLICY.response_timeout_s)
                answer: dict[str, object] = json.loads(response.body)
                return answer
            await asyncio.sleep(RETRY_S)


def _shop(line: Proxy, chance: Random) -> Shop:
    return Shop(
        line.origin,
        retry_policy=RETRY_POLICY,
        chance=chance.random,
        transport=Transport.WEBSOCKET,
    )


def _shows(tab: Tab, at: str | None) -> bool:
    return tab.at == at
