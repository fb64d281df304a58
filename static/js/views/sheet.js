// The cart over the page, where there is no room beside the shelves. It is the panel itself that
// moves there, and with it all that speaks: what is outside an open dialog is neither seen nor heard.

import { every, the } from "./dom.js"

const dialog = /** @type {HTMLDialogElement} */ (the("#sheet"))
const guests = every(".panel, .status, [data-voice]").map((guest) => {
  const home = /** @type {Element} */ (guest.parentElement)
  return { guest, home, next: guest.nextSibling }
})

const narrow = matchMedia("(width < 1024px)")

/** @param {MouseEvent} event */
function open(event) {
  if (!narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  dialog.append(...guests.map(({ guest }) => guest))
  dialog.showModal()
}

// Without this script these lead to /cart.
for (const link of every('[data-part="to-cart"]')) link.addEventListener("click", open)
dialog.addEventListener("close", () => {
  for (const { guest, home, next } of guests.toReversed()) home.insertBefore(guest, next)
})
dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close())
narrow.addEventListener("change", () => dialog.close())
