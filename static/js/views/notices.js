// What passes by: messages over the page, and "Removed … · Undo" where a row was.

/** @import { Line } from "../types.d.ts" */

import { copy, every, set, the } from "./dom.js"

const STAYS_MS = 8000

/**
 * Say `text` for some seconds, longer while somebody looks at it.
 * @param {string} text
 */
export function notice(text) {
  passBy(put("notice", text))
}

/**
 * Ask a question that stays until it is answered.
 * @param {string} text
 * @param {Record<string, () => void>} answers  What follows on each button.
 */
export function question(text, answers) {
  const item = put("notice", text)
  for (const [label, act] of Object.entries(answers)) {
    const button = document.createElement("button")
    button.className = "link"
    button.textContent = label
    button.addEventListener("click", () => item.remove())
    button.addEventListener("click", act)
    item.append(button)
  }
}

/**
 * Leave "Removed … · Undo" in place of a row, or over the page where the row cannot be seen.
 * @param {string} sku
 * @param {string} name
 */
export function leaveRemoved(sku, name) {
  const [row] = every(`[data-rows="lines"] > [data-sku="${sku}"]`)
  const item = put("removed", `Removed ${name}`)
  item.dataset.removed = sku
  item.addEventListener("submit", () => queueMicrotask(() => item.remove()))
  passBy(item)
  if (!row?.checkVisibility()) return
  row.after(item)
  if (row.contains(document.activeElement)) the("button", item).focus()
}

/**
 * Tell the "Undo" of `sku` which revision it takes back.
 * @param {string} sku
 * @param {number} rev
 */
export function setRevision(sku, rev) {
  for (const item of every(`[data-removed="${sku}"]`)) set(item, "rev", { value: `${rev}` })
}

/**
 * Take away "Removed …" of what is in the cart again.
 * @param {readonly Line[]} lines
 */
export function clearRemoved(lines) {
  for (const { sku } of lines) for (const item of every(`[data-removed="${sku}"]`)) item.remove()
}

/**
 * @param {string} template
 * @param {string} text
 */
function put(template, text) {
  const item = copy(template)
  set(item, "text", { textContent: text })
  the("#notices").append(item)
  return item
}

/** @param {HTMLElement} item */
function passBy(item) {
  setTimeout(() => {
    if (item.matches(":hover, :focus-within")) passBy(item)
    else item.remove()
  }, STAYS_MS)
}
