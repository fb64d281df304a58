// Loaded before the page is painted, so that nothing moves: whether the cart beside the shelves
// is folded away. The first paint then waits for the end of the page, where that can be asked for.

{
  const page = document.documentElement
  const name = "panel"

  const show = () => {
    const is_folded = page.hasAttribute("data-folded")
    for (const button of document.querySelectorAll("[data-part=fold]")) {
      button.setAttribute("aria-expanded", `${!is_folded}`)
      button.setAttribute("aria-label", is_folded ? "Show the cart" : "Fold the cart away")
    }
  }

  /** @param {boolean} is_folded */
  const fold = (is_folded) => {
    page.toggleAttribute("data-folded", is_folded)
    show()
  }

  // A browser may refuse to keep anything: the panel is then open on the next page.
  const kept = () => {
    try {
      return localStorage.getItem(name)
    } catch {
      return null
    }
  }

  /** @param {boolean} is_folded */
  const keep = (is_folded) => {
    try {
      localStorage.setItem(name, is_folded ? "folded" : "open")
    } catch {}
  }

  const end = document.createElement("link")
  end.rel = "expect"
  end.href = "#assertive"
  end.setAttribute("blocking", "render")
  document.head.append(end)

  fold(kept() === "folded")
  document.addEventListener("DOMContentLoaded", () => {
    show()
    end.remove()
  })
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element && target.closest("[data-part=fold]"))) return
    fold(!page.hasAttribute("data-folded"))
    keep(page.hasAttribute("data-folded"))
  })
}
