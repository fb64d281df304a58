"""After each act by keyboard the focus stands where a person expects it, on every page.

Acts are found from the pages, so that a new one without an entry in `focus_rules.AFTER` fails.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Error, Page, expect

from tests.browser.actions import SOLD_OUT, go_offline, lose_session
from tests.browser.acts import Focus, find_acts, find_focus, press_act
from tests.browser.browser_session import BrowserSession
from tests.browser.focus_rules import (
    AFTER,
    ENDS,
    FIRST,
    LAST,
    NEXT,
    OPENER,
    SAME_ITEM,
    START,
    STAYS,
)
from tests.browser.focus_walks import WALKS, Walk
from tests.browser.person import IN_CART, Person, Role
from tests.browser.visitor import connected
from tests.e2e.catalog import slug

AT_LEAST_S, AT_MOST_S, LOOK_S = 0.25, 30.0, 0.1
FRAME = ("Skip to main content", "top: ", "foot: ", "keys: ", "panel: ")
"""What is the same on all pages: it is pressed on the first that has it."""
PANEL_ROWS = ("row: ", "toast: ")
OWN_ROWS = ("/cart", "/checkout")

pressed_in_frame: set[str] = set()


def expected_after(act: str) -> str:
    """Return where the focus is expected after *act*."""
    return AFTER.get(act) or AFTER[act.partition(": ")[2]]


def is_expected(expected: str, before: str, opener: str, focus: Focus) -> bool:
    """Say whether the focus is where it is *expected*; *before*, it was there, in words."""
    where, (control, _, item) = focus.where, before.partition(" of ")
    rules = {
        START: where == "nothing" and not focus.is_same_page,
        STAYS: where == before,
        OPENER: where.startswith(opener),
        NEXT: where.startswith(control) and where != before,
        SAME_ITEM: where.startswith("a") and where.endswith(f" of {item}"),
    }
    return rules.get(expected, where.startswith(expected))


@dataclass
class Walker:
    """Presses all acts of a page, in turn, and those that come up by pressing others."""

    person: Person
    page: Page
    walk: Walk
    wrong: list[str] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    waiting: deque[tuple[str, ...]] = field(default_factory=deque)
    last: deque[tuple[str, ...]] = field(default_factory=deque)

    async def walk_through(self) -> None:
        """Press all acts."""
        self._add((), await self._open())
        while self.waiting or self.last:
            chain = (self.waiting or self.last).popleft()
            await self._reach(chain)
            await self._press(chain)

    def _add(self, chain: tuple[str, ...], acts: Iterable[str]) -> None:
        for act in sorted(acts, key=_turn_of):
            if act in self.found or (self._is_in_frame(act) and act in pressed_in_frame):
                continue
            if act in ENDS and ENDS & self.found:
                continue
            self.found.add(act)
            if self._is_in_frame(act):
                pressed_in_frame.add(act)
            if chain:  # at once: an undo is for what was done just now
                self.waiting.appendleft((*chain, act))
            else:
                (self.last if act in LAST else self.waiting).append((act,))

    def _is_in_frame(self, act: str) -> bool:
        has_panel = self.walk.path not in OWN_ROWS
        return any(part in act for part in (*FRAME, *(PANEL_ROWS if has_panel else ())))

    async def _open(self) -> list[str]:
        """Open the page as it is before anything was pressed, and return its acts."""
        path = (await self.walk.setup(self.person) if self.walk.setup else None) or self.walk.path
        await self.page.goto(self.person.origin + path)
        if self.walk.role is not Role.SIGNED_OUT:
            await connected(self.page)
        return await find_acts(self.page)

    async def _reach(self, chain: tuple[str, ...]) -> None:
        """Have the last act of *chain* on the page, after the others if need be."""
        *before, act = chain
        acts = await find_acts(self.page)
        if act not in acts:
            if not before or before[0] not in acts:
                await self._open()
            for one in before:
                await self._type()
                await press_act(self.page, one)
                await asyncio.sleep(AT_LEAST_S)
        await self._type()

    async def _type(self) -> None:
        for selector, text in self.walk.typed.items():
            element = self.page.locator(selector).first
            if await element.is_visible() and not await element.input_value():
                await element.fill(text)

    async def _press(self, chain: tuple[str, ...]) -> None:
        *earlier, act = chain
        opener = earlier[-1] if earlier else ""
        was_modal = await self.page.locator("dialog:modal").count()
        before = await press_act(self.page, act)
        if act not in AFTER and act.partition(": ")[2] not in AFTER:
            self.wrong.append(f"{act}: has no entry")
            return
        focus = await self._look(expected_after(act), before, opener, " > ".join(chain))
        if not focus.is_same_page:
            return
        self._add(chain, await find_acts(self.page))
        if not was_modal and await self.page.locator("dialog:modal").count():
            await self.page.keyboard.press("Escape")
            await self._look(OPENER, before, act, f"{act} > Escape")

    async def _look(self, expected: str, before: str, opener: str, what: str) -> Focus:
        """Wait until the focus is where it is expected and stays there; note it if it is not."""
        began, was_right, focus = time.monotonic(), False, Focus("nothing", is_same_page=True)
        while (waited_s := time.monotonic() - began) < AT_MOST_S:
            await asyncio.sleep(LOOK_S)
            try:
                focus = await find_focus(self.page)
                is_saved = not await self.page.locator("body[data-waits]").count()
            except Error:  # the page is being replaced
                continue
            is_right = any(
                is_expected(each, before, opener, focus) for each in expected.split(" or ")
            )
            if is_right and was_right and is_saved and waited_s >= AT_LEAST_S:
                return focus
            was_right = is_right
        self.wrong.append(f"{what}: expected {expected}, was {before}, is {focus.where}")
        return focus


def _turn_of(act: str) -> int:
    if act in FIRST:
        return -2
    return LAST.index(act) if act in LAST else -1


@pytest.mark.parametrize("walk", WALKS, ids=[walk.name for walk in WALKS])
async def test_after_each_act_the_focus_is_where_a_person_expects_it(
    browser_session: BrowserSession, walk: Walk
) -> None:
    viewport = {"width": walk.width, "height": 800}
    async with browser_session.new_person(walk.role, viewport=viewport) as person:
        walker = Walker(person, await person.open("/no-such-page"), walk)

        await walker.walk_through()

        assert walker.wrong == []


async def test_what_others_change_leaves_the_focus_as_near_as_it_can_be(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.SHOPPER) as ada:
        page = await ada.open("/cart")
        await connected(page)
        for gone, then in zip(IN_CART, (*IN_CART[1:], ""), strict=True):
            await page.locator(f"main [data-sku={gone}] [data-part=remove]").focus()
            await ada.submit_ops({"k": "line.set", "sku": gone, "qty": 0})
            left = f"main [data-sku={then}] [data-part=remove]" if then else "#cart-title"
            await expect(page.locator(left)).to_be_focused()

        ada.live_database.restore_product(SOLD_OUT, 500)
        await ada.wait_for_state(SOLD_OUT, "ok")
        page = await ada.open(f"/shop?q={slug(SOLD_OUT)}")
        await connected(page)
        card = page.locator(f"main [data-card][data-sku={SOLD_OUT}]")
        await card.locator("[data-part=add]").focus()
        ada.live_database.set(SOLD_OUT, stock=0)
        await expect(card.get_by_role("button", name="Tell me when available")).to_be_focused()
        ada.live_database.restore_product(SOLD_OUT, 500)


async def test_from_a_question_or_a_dialog_the_focus_goes_back_to_where_it_was(
    browser_session: BrowserSession,
) -> None:
    async with browser_session.new_person(Role.SHOPPER) as ada:
        page = await ada.open("/cart")
        await connected(page)
        check_out = page.locator("main a[href='/checkout']")
        await go_offline(ada, page)
        await check_out.press("Enter")
        await page.get_by_role("button", name="Stay on this page").press("Enter")
        await expect(check_out).to_be_focused()

        await ada.context.set_offline(False)
        await lose_session(ada, page)
        await expect(page.locator("#again-email")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(check_out).to_be_focused()
        sign_in = page.locator("[data-part=status-act]")
        await sign_in.press("Enter")
        await expect(page.locator("#again-email")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(sign_in).to_be_focused()
