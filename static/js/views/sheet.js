// The cart as a modal dialog on narrow screens. The panel itself moves into the dialog, with the
// status and the live regions: what is outside an open modal dialog is inert, and not read out.

import { query, queryAll } from "./dom.js"

const dialog = /** @type {HTMLDialogElement} */ (query("#sheet"))
/** What moves into the dialog, and where it goes back to. */
const moved = queryAll(".panel, .status, [data-voice]").map((element) => {
  const parent = /** @type {Element} */ (element.parentElement)
  return { element, parent, next: element.nextSibling }
})

const narrow = matchMedia("(width < 64em)")

/** @param {MouseEvent} event */
function open(event) {
  if (!narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  dialog.append(...moved.map(({ element }) => element))
  dialog.showModal()
}

// Without this script these links lead to /cart.
for (const link of queryAll('[data-part="to-cart"]')) link.addEventListener("click", open)
dialog.addEventListener("close", () => {
  for (const { element, parent, next } of moved.toReversed()) parent.insertBefore(element, next)
})
dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close())
narrow.addEventListener("change", () => dialog.close())
