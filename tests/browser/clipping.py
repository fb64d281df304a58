"""Finds what a page cuts off, or shows only to those who scroll sideways."""

from playwright.async_api import Page

FIND_CLIPPED = """() => {
  const scrolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflowX)
  const hides = (way) => /hidden|clip/.test(way)
  const isSeen = (one) =>
    one.checkVisibility() &&
    !one.closest(".unseen, .skip") &&
    getComputedStyle(one).clipPath === "none"
  const holders = (one) => one.parentElement ? [one, ...holders(one.parentElement)] : []
  const isCut = (one) => {
    const { overflowX, overflowY } = getComputedStyle(one)
    const { left, right } = one.getBoundingClientRect()
    return (
      // What is typed in a field can be scrolled.
      (hides(overflowX) && one.localName !== "input" && one.scrollWidth > one.clientWidth + 1) ||
      (hides(overflowY) && one.scrollHeight > one.clientHeight + 1) ||
      (!holders(one).some(scrolls) && (left < -1 || right > innerWidth + 1))
    )
  }
  const { scrollWidth } = document.documentElement
  const wide = scrollWidth > innerWidth ? [`the page: ${scrollWidth} px`] : []
  const cut = [...document.querySelectorAll("body *")].filter((one) => isSeen(one) && isCut(one))
  return [...wide, ...cut.map((one) => `<${one.localName} class="${one.className}">`)]
}"""


async def clipped(page: Page) -> list[str]:
    """Return the elements of *page* that are clipped, or need horizontal scrolling."""
    found: list[str] = await page.evaluate(FIND_CLIPPED)
    return found
