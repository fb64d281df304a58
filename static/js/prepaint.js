// Runs before the first paint, so that nothing moves after it: restores whether the cart panel is
// folded away. Browsers that support it are told to delay the first paint until the end of the page
// is parsed (`rel=expect`, `blocking=render`).

{
  const root = document.documentElement

  const showButtons = () => {
    const is_folded = root.hasAttribute("data-folded")
    for (const button of document.querySelectorAll("[data-part=fold]")) {
      button.setAttribute("aria-expanded", `${!is_folded}`)
    }
  }

  /** @param {boolean} is_folded */
  const fold = (is_folded) => {
    root.toggleAttribute("data-folded", is_folded)
    showButtons()
  }

  const end = document.createElement("link")
  end.rel = "expect"
  end.href = "#assertive"
  end.setAttribute("blocking", "render")
  document.head.append(end)

  // A setting, as settings.js keeps them: this is no module, so that it runs before the page.
  fold(document.cookie.split("; ").includes("panel=folded"))
  document.addEventListener("DOMContentLoaded", () => {
    showButtons()
    end.remove()
  })
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element && target.closest("[data-part=fold]"))) return
    fold(!root.hasAttribute("data-folded"))
    const value = root.hasAttribute("data-folded") ? "folded" : "open"
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    document.cookie = `panel=${value}; path=/; max-age=34560000; samesite=lax`
  })
}
