// Runs before the first paint, so that nothing moves after it: restores whether the cart panel is
// folded away. Browsers that support it are told to delay the first paint until the end of the page
// is parsed (`rel=expect`, `blocking=render`).

{
  const root = document.documentElement
  const name = "panel"

  const showButtons = () => {
    const is_folded = root.hasAttribute("data-folded")
    for (const button of document.querySelectorAll("[data-part=fold]")) {
      button.setAttribute("aria-expanded", `${!is_folded}`)
      button.setAttribute("aria-label", is_folded ? "Show the cart" : "Fold the cart away")
    }
  }

  /** @param {boolean} is_folded */
  const fold = (is_folded) => {
    root.toggleAttribute("data-folded", is_folded)
    showButtons()
  }

  // A browser may deny storage: the panel is then open on every page.
  const stored = () => {
    try {
      return localStorage.getItem(name)
    } catch {
      return null
    }
  }

  /** @param {boolean} is_folded */
  const store = (is_folded) => {
    try {
      localStorage.setItem(name, is_folded ? "folded" : "open")
    } catch {}
  }

  const end = document.createElement("link")
  end.rel = "expect"
  end.href = "#assertive"
  end.setAttribute("blocking", "render")
  document.head.append(end)

  fold(stored() === "folded")
  document.addEventListener("DOMContentLoaded", () => {
    showButtons()
    end.remove()
  })
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element && target.closest("[data-part=fold]"))) return
    fold(!root.hasAttribute("data-folded"))
    store(root.hasAttribute("data-folded"))
  })
}
