// The rows of the cart, patched by SKU: what did not change is not touched.

/** @import { Line } from "../types.d.ts" */

import { money, saving } from "../words.js"
import { change, copy, every, set, the } from "./dom.js"

const TINT_MS = 1200

/**
 * Show `lines` in `list`.
 * @param {HTMLElement} list
 * @param {readonly Line[]} lines
 * @param {ReadonlySet<string>} touched  SKUs that wait for a verdict.
 */
export function showRows(list, lines, touched) {
  const rows = rowsOf(list)
  const wanted = new Set(lines.map((line) => line.sku))
  for (const [sku, row] of rows) if (!wanted.has(sku)) takeOut(row)
  let next = list.firstElementChild
  for (const line of lines) {
    const row = rows.get(line.sku) ?? freshRow(list, line.sku)
    fill(row, line)
    row.toggleAttribute("data-waits", touched.has(line.sku))
    while (next && !next.matches("[data-sku]")) next = next.nextElementSibling
    if (row === next) next = next.nextElementSibling
    else list.insertBefore(row, next)
  }
}

/**
 * Tint the row of `sku` for a moment: the change came from somewhere else.
 * @param {string} sku
 */
export function tint(sku) {
  for (const row of every(`[data-rows] > [data-sku="${sku}"]`)) {
    row.dataset.tinted = ""
    setTimeout(() => delete row.dataset.tinted, TINT_MS)
  }
}

/** @param {HTMLElement} list */
function rowsOf(list) {
  return new Map(every(":scope > [data-sku]", list).map((row) => [row.dataset.sku ?? "", row]))
}

/**
 * Take a row out; who was in it goes on in the next one.
 * @param {HTMLElement} row
 */
function takeOut(row) {
  const was_here = row.contains(document.activeElement)
  const next = row.nextElementSibling ?? row.previousElementSibling
  row.remove()
  if (was_here) (next ? the("button, [data-part=name]", next) : the("[data-cart-title]")).focus()
}

/**
 * @param {HTMLElement} list
 * @param {string} sku
 */
function freshRow(list, sku) {
  const row = copy(`${list.dataset.rows}-row`)
  const id = `${list.dataset.rows}-${sku}`
  row.dataset.sku = sku
  for (const [at, form] of every("form", row).entries()) form.id = at ? `${id}-qty` : id
  for (const field of every("[form]", row)) field.setAttribute("form", `${id}-qty`)
  for (const field of every('[name="sku"]', row)) change(field, { value: sku })
  return row
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 */
function fill(row, { name, unit, slug, image, price, agreed, stock, qty, state }) {
  const href = `/p/${slug}`
  change(row, { "data-state": state })
  change(the("img", row), { src: `/static/img/products/${image}.webp` })
  set(row, "picture", { href })
  set(row, "name", { href, textContent: name })
  set(row, "similar", { href: `${href}#similar` })
  set(row, "unit", { textContent: unit })
  set(row, "sum", { textContent: money(price * qty) })
  set(row, "each", { textContent: `${money(price)} each`, hidden: qty < 2 })
  set(row, "agreed", { textContent: money(agreed) })
  set(row, "price", { textContent: money(price) })
  set(row, "fall", { textContent: saving(agreed - price), hidden: price >= agreed })
  set(row, "left", { textContent: `${stock}` })
  set(row, "count", { textContent: `${qty}` })
  set(row, "accept", { value: `${price}` })
  set(row, "all-left", { value: `${stock}` })
  set(row, "save", { "aria-label": `Save ${name} for later` })
  set(row, "remove", { "aria-label": `Remove ${name}` })
  set(row, "unsave", { "aria-label": `Move ${name} to the cart` })
  fillStepper(row, name, qty, price)
}

/**
 * Set the stepper in `root` to `qty`.
 * @param {HTMLElement} root
 * @param {string} name
 * @param {number} qty
 * @param {number} price
 */
export function fillStepper(root, name, qty, price) {
  set(root, "less", { value: `${Math.max(qty - 1, 0)}`, "aria-label": `One ${name} less` })
  set(root, "qty", { value: `${qty}`, "aria-label": `How many ${name}` })
  set(root, "more", { value: `${Math.min(qty + 1, 99)}`, "aria-label": `One ${name} more` })
  for (const field of every('[name="seen"]', root)) change(field, { value: `${price}` })
}
