"""Finds what can be pressed on a page, presses it by keyboard, and says where the focus is then."""

import asyncio
from contextlib import suppress
from typing import Any, NamedTuple

from playwright.async_api import Error, Page

from tests.waiting import until

TRIES, BETWEEN_S = 100, 0.1

_SCRIPT = """
() => {
  const ACTS = "button, summary, input[type=checkbox], input.qty, a[data-part=to-cart]"
    + ", a[href^='#'], [role=button]"
  const REGIONS = "dialog, .toasts, .status, .staff-said, aside, header, footer, .bar"
  const region = (act) => {
    const around = act.closest(REGIONS)
    const inner = act.closest("[data-rows] > *, [data-card], [data-seen]")
    if (inner) return inner.matches("[data-card]") ? "card" : inner.classList[0]
    return around ? around.id || around.classList[0] : "main"
  }
  const address = (act) => {
    const sent = act.getAttribute("formaction") ?? act.form?.getAttribute("action") ?? ""
    const known = (part) => !/[0-9A-Z]/.test(part)
    return sent.replace(/[?#].*/, "").split("/").map((one) => known(one) ? one : "*").join("/")
  }
  const label = (act) => {
    const { part, act: name } = act.dataset
    const text = act.localName === "summary" ? "" : act.textContent.trim().replace(/\\s+/g, " ")
    return part ?? name ?? (text || act.id || act.ariaLabel || act.localName)
  }
  const key = (act) => `${region(act)}: ${[address(act), label(act)].filter(Boolean).join(" ")}`
  const itemOf = (element) => {
    const item = element.closest("[data-sku], [data-seen], [data-removed]")
    return item ? ` of ${item.dataset.sku ?? item.dataset.removed ?? item.id}` : ""
  }
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true })
  const all = () => {
    const acts = (document.querySelector("dialog:modal") ?? document).querySelectorAll(ACTS)
    return [...acts].filter((act) => act.tabIndex >= 0 && !act.disabled && isShown(act))
  }
  const where = () => {
    const active = document.activeElement
    if (!active || active === document.body) return "nothing"
    if (!isShown(active)) return "something hidden"
    const name = active.localName + (active.name ? `[name=${active.name}]` : "")
    const plain = [name, ...active.classList].join(".")
    return (active.matches(ACTS) ? key(active) : plain) + itemOf(active)
  }
  window.acts = {
    is_same_page: true,
    find: () => [...new Set(all().map(key))],
    focus: (wanted) => {
      const act = all().find((one) => key(one) === wanted)
      act?.focus()
      return where()
    },
    where,
  }
}
"""


class Focus(NamedTuple):
    """What has the focus, in words, and whether the page is still the one that was prepared."""

    where: str
    is_same_page: bool


async def find_acts(page: Page) -> list[str]:
    """Return what can be pressed on *page*, each kind once: “place: address label”."""
    acts: list[str] = await _ask(page, "acts.find()")
    return acts


async def press_act(page: Page, act: str) -> str:
    """Focus *act*, and press the key that people do; return what had the focus, in words.

    An act may be away for a moment: what is live is shown again.
    """
    where = await _focus(page, act)
    for _ in range(TRIES):
        if where.startswith(act):
            break
        await asyncio.sleep(BETWEEN_S)
        where = await _focus(page, act)
    assert where.startswith(act), f"{act} cannot have the focus, {where} has it"
    is_box = await page.evaluate("document.activeElement.type === 'checkbox'")
    await page.keyboard.press("Space" if is_box else "Enter")
    return where


async def _focus(page: Page, act: str) -> str:
    """Focus *act*, and return what has the focus then, in words."""
    return str(await _ask(page, "acts.focus(act)", act))


async def _ask(page: Page, question: str, act: str = "") -> Any:
    """Return the answer of *page*; one that is being replaced is asked once it is there."""
    asked = f"act => {{ window.acts ?? ({_SCRIPT})(); return {question} }}"

    async def ask() -> list[Any]:
        with suppress(Error):
            return [await page.evaluate(asked, act)]
        return []

    (answer,) = await until(ask)
    return answer


async def find_focus(page: Page) -> Focus:
    """Return what has the focus now."""
    is_same = bool(await page.evaluate("window.acts?.is_same_page ?? false"))
    if not is_same:
        await page.evaluate(f"() => {{ ({_SCRIPT})(); acts.is_same_page = false }}")
    return Focus(await page.evaluate("acts.where()"), is_same)
