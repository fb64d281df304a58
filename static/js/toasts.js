// What passes by: in two live regions, over the page, or where a row was.

/** @import { Line } from "./types.d.ts" */

import { copy, every, set, the } from "./views/dom.js"
import { glide } from "./views/glide.js"

const BATCH_MS = 500
const STAYS_MS = 8000
const MOST = 4

/**
 * Return a voice that says in `region` what came within half a second, the last for each key.
 * @param {Element} region
 * @param {(act: () => void, ms: number) => unknown} later
 * @returns {(text: string, key?: string) => void}
 */
export function voice(region, later) {
  /** @type {Map<string, string>} */
  const texts = new Map()
  const speak = () => {
    region.textContent = [...texts.values()].join(" ")
    texts.clear()
  }
  return (text, key = text) => {
    if (!texts.size) later(speak, BATCH_MS)
    if (!texts.size) region.textContent = ""
    texts.set(key, text)
  }
}

/**
 * Write `text` over the page for some seconds, longer while somebody looks at it; the next about
 * the same `key` takes its place.
 * @param {string} text
 */
export function notice(text, key = text) {
  const item = written("notice", text)
  item.dataset.key = key
  put(item)
  passBy(item)
}

/**
 * Leave "Removed … · Undo" in place of a row, or over the page where no row can be seen.
 * @param {Line} line
 */
export function leaveRemoved({ sku, name }) {
  const [row] = every(`[data-rows="lines"] > [data-sku="${sku}"]`)
  const item = written("removed", `Removed ${name}`)
  item.dataset.removed = sku
  item.addEventListener("submit", () => queueMicrotask(() => takeOff(item)))
  passBy(item)
  if (!row?.checkVisibility()) return put(item)
  row.after(item)
  if (row.contains(document.activeElement)) the("button", item).focus()
}

/**
 * Have the "Undo" of `sku` take back only this revision.
 * @param {string} sku
 * @param {number} rev
 */
export function setRevision(sku, rev) {
  for (const item of every(`[data-removed="${sku}"]`)) set(item, "value", { rev: `${rev}` })
}

/**
 * @param {readonly Line[]} lines
 */
export function clearRemoved(lines) {
  const skus = new Set(lines.map(({ sku }) => sku))
  for (const item of every("[data-removed]")) {
    if (skus.has(item.dataset.removed ?? "")) takeOff(item)
  }
}

/**
 * @param {string} template
 * @param {string} text
 */
export function written(template, text) {
  const item = copy(template)
  set(item, "textContent", { text })
  return item
}

/**
 * Put `item` where the last word on the same was, or where a place is free, or on top of all:
 * nothing that is there moves.
 * @param {HTMLElement} item
 */
export function put(item) {
  const list = the("#notices")
  const all = every(":scope > li", list)
  const plain = all.filter((one) => one.dataset.key)
  const before =
    plain.find((one) => one.dataset.key === item.dataset.key) ??
    all.find((one) => "past" in one.dataset) ??
    (all.length < MOST ? undefined : plain.at(-1))
  if (before) before.replaceWith(item)
  else list.prepend(item)
}

/**
 * The place stays free until all are gone, so that no other falls into it.
 * @param {HTMLElement} item
 */
export function takeOff(item) {
  const list = item.parentElement
  item.dataset.past = ""
  if (list?.id !== "notices") item.remove()
  else if (!every(":scope > :not([data-past])", list).length) list.replaceChildren()
}

/** @param {HTMLElement} item */
function passBy(item) {
  setTimeout(() => {
    if (item.matches(":hover, :focus-within")) passBy(item)
    else glide(() => takeOff(item))
  }, STAYS_MS)
}
