"""Accessibility checks with axe-core."""

from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async (values) => {
  const { violations } = await axe.run(document, {
    runOnly: { type: "tag", values },
    resultTypes: ["violations"],
  })
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help}: ${target.join(" ")}`))
}"""


async def violations(page: Page) -> list[str]:
    """Return a sentence for each violation of a rule on *page* as it is now."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(SOURCE.read_text())
    found: list[str] = await page.evaluate(_RUN, TAGS)
    return found
