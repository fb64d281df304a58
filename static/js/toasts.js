// Messages that go away by themselves: toasts over the page, or in place of a removed row, and ARIA
// live regions, which screen readers read out.

/** @import { Line } from "./types.d.ts" */

import { _, joined } from "./i18n.js"
import { cloneTemplate, query, queryAll, setParts } from "./views/dom.js"
import { glide } from "./views/glide.js"

const SHOWN_MS = 8000
const MAX_TOASTS = 4
const BATCH_MS = 500

/**
 * Show `text` over the page for some seconds, longer while the pointer or the focus is on it. A
 * toast with the same `key` is replaced.
 * @param {string} text
 */
export function showToast(text, key = text) {
  const toast = createToast("notice", text)
  toast.dataset.key = key
  placeToast(toast)
  removeLater(toast)
}

/**
 * Show "Removed … · Undo" in place of the row of `line`, or over the page if no row is visible.
 * @param {Line} line
 */
export function showRemoved({ sku, name }) {
  const [row] = queryAll(`[data-rows="lines"] > [data-sku="${sku}"]`)
  const toast = createToast("removed", _("Removed %(name)s", { name }))
  toast.dataset.removed = sku
  toast.addEventListener("submit", () => queueMicrotask(() => removeToast(toast)))
  removeLater(toast)
  if (!row?.checkVisibility()) return placeToast(toast)
  row.after(toast)
}

/**
 * Have the "Undo" button of `sku` undo revision `rev` only.
 * @param {string} sku
 * @param {number} rev
 */
export function setUndoRev(sku, rev) {
  for (const toast of queryAll(`[data-removed="${sku}"]`)) {
    setParts(toast, "value", { rev: `${rev}` })
  }
}

/**
 * Take away the "Removed" toasts of products that are in the cart again.
 * @param {readonly Line[]} lines
 */
export function clearRemoved(lines) {
  const skus = new Set(lines.map(({ sku }) => sku))
  for (const toast of queryAll("[data-removed]")) {
    if (skus.has(toast.dataset.removed ?? "")) removeToast(toast)
  }
}

/**
 * @param {string} template
 * @param {string} text
 */
export function createToast(template, text) {
  const toast = cloneTemplate(template)
  setParts(toast, "textContent", { text })
  return toast
}

/**
 * Show `toast` over the page without moving the others: in place of the toast with its key, or of
 * one that has gone, or, if there are too many, of the oldest without a button; else above all
 * others.
 * @param {HTMLElement} toast
 */
export function placeToast(toast) {
  const list = query("#notices")
  const all = queryAll(":scope > li", list)
  const plain = all.filter((other) => other.dataset.key)
  const replaced =
    plain.find((other) => other.dataset.key === toast.dataset.key) ??
    all.find((other) => "past" in other.dataset) ??
    (all.length < MAX_TOASTS ? undefined : plain.at(-1))
  if (replaced) replaced.replaceWith(toast)
  else list.prepend(toast)
}

/**
 * Hide a toast. Over the page it keeps its place until all have gone, so that the others do not
 * move.
 * @param {HTMLElement} toast
 */
export function removeToast(toast) {
  const list = toast.parentElement
  toast.dataset.past = ""
  if (list?.id !== "notices") toast.remove()
  else if (!queryAll(":scope > :not([data-past])", list).length) list.replaceChildren()
}

/**
 * Have a toast go after some seconds; longer while the pointer or the focus is on it.
 * @param {HTMLElement} toast
 */
export function removeLater(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) removeLater(toast)
    else glide(() => removeToast(toast))
  }, SHOWN_MS)
}

/**
 * Return a function that announces texts in `region`. Texts of half a second are announced
 * together, and of those with the same key only the last.
 * @param {Element} region
 * @param {(act: () => void, ms: number) => unknown} setTimer  As `setTimeout`.
 * @returns {(text: string, key?: string) => void}
 */
export function announcer(region, setTimer) {
  /** @type {Map<string, string>} */
  const texts = new Map()
  const announce = () => {
    region.textContent = joined(...texts.values())
    texts.clear()
  }
  return (text, key = text) => {
    if (!texts.size) setTimer(announce, BATCH_MS)
    // Emptied first, so that the same text is read out again.
    if (!texts.size) region.textContent = ""
    texts.set(key, text)
  }
}
