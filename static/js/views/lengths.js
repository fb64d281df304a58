// Texts that are longer than their field allows are not cut: cut, they would be others. The browser
// refuses them, and a page with one is not left, nor is its order sent, without a word.

import { announce } from "../announcements.js"
import { _ } from "../i18n.js"
import { queryAll } from "./dom.js"

/** What leaves the page, or sends the order. */
const LEAVES = "a[href], [data-part=place]"

function findTooLong() {
  const fields = /** @type {HTMLTextAreaElement[]} */ (queryAll("[data-most]"))
  return fields.find(({ validity }) => validity.customError)
}

document.addEventListener("input", ({ target }) => {
  const field = /** @type {HTMLTextAreaElement} */ (target)
  const { most } = field.dataset
  if (!most) return
  const { length } = [...field.value]
  const text = _("At most %(most)s characters fit; these are %(length)s.", { most, length })
  field.setCustomValidity(length > Number(most) ? text : "")
})
document.addEventListener("change", ({ target }) => {
  const field = findTooLong()
  if (field && field === target) announce(field.validationMessage)
})
document.addEventListener(
  "click",
  (event) => {
    const field = /** @type {Element} */ (event.target).closest(LEAVES) && findTooLong()
    if (!field) return
    event.preventDefault()
    event.stopImmediatePropagation()
    field.reportValidity()
  },
  true,
)
addEventListener("beforeunload", (event) => {
  if (findTooLong()) event.preventDefault()
})
