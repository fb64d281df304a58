// The rows of the cart, patched by SKU: what did not change is not touched.

/** @import { Line } from "../protocol.js" */

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
    fill(row, line, touched.has(line.sku))
    while (next && !("sku" in asElement(next).dataset)) next = next.nextElementSibling
    if (row === next) next = next.nextElementSibling
    else list.insertBefore(row, next)
  }
}

/**
 * Tint the row of `sku` for a moment: the change came from somewhere else.
 * @param {HTMLElement} list
 * @param {string} sku
 */
export function tint(list, sku) {
  const row = rowsOf(list).get(sku)
  if (!row) return
  row.dataset.tinted = ""
  setTimeout(() => delete row.dataset.tinted, TINT_MS)
}

/**
 * @param {HTMLElement} list
 * @returns {Map<string, HTMLElement>}
 */
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
  if (was_here) (next ? the("a[href], button", next) : the("[data-cart-title]")).focus()
}

/**
 * @param {HTMLElement} list
 * @param {string} sku
 */
function freshRow(list, sku) {
  const row = copy(`#${list.dataset.rows}-row`)
  const id = `${list.dataset.rows}-${sku}`
  row.dataset.sku = sku
  for (const [at, form] of every("form", row).entries()) form.id = at ? `${id}-qty` : id
  for (const field of every('[name="qty"][form]', row)) field.setAttribute("form", `${id}-qty`)
  for (const field of every('[name="sku"]', row)) change(field, { value: sku })
  return row
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 * @param {boolean} waits
 */
function fill(row, line, waits) {
  const { name, price, agreed, stock, qty, state } = line
  change(row, { "data-state": state })
  row.toggleAttribute("data-waits", waits)
  set(row, "name", { textContent: name, "data-name": name })
  set(row, "unit", { textContent: line.unit })
  for (const link of every("a[data-part]", row)) setHref(link, line.slug)
  for (const image of every("img", row)) setSource(image, line.image)
  set(row, "sum", { textContent: money(price * qty) })
  set(row, "each", { textContent: `${money(price)} each`, hidden: qty < 2 })
  set(row, "agreed", { textContent: money(agreed) })
  set(row, "price", { textContent: money(price) })
  set(row, "left", { textContent: String(stock) })
  set(row, "fall", { hidden: price >= agreed, textContent: `You save ${saving(agreed - price)}` })
  set(row, "accept", { value: String(price) })
  set(row, "all-left", { value: String(stock) })
  set(row, "count", { textContent: String(qty) })
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
  set(root, "less", { value: String(qty - 1), "aria-label": `One ${name} less` })
  set(root, "qty", { value: String(qty), "aria-label": `How many ${name}` })
  set(root, "more", {
    value: String(Math.min(qty + 1, 99)),
    "aria-label": `One ${name} more`,
    "aria-disabled": String(qty >= 99),
  })
  for (const field of every('[name="seen"]', root)) change(field, { value: String(price) })
}

/**
 * @param {HTMLElement} link
 * @param {string} slug
 */
function setHref(link, slug) {
  const similar = link.dataset.part === "similar" ? "#similar" : ""
  if (link.getAttribute("href") !== `/p/${slug}${similar}`) {
    link.setAttribute("href", `/p/${slug}${similar}`)
  }
}

/**
 * @param {HTMLElement} image
 * @param {string} name
 */
function setSource(image, name) {
  const source = `/static/img/products/${name}.webp`
  if (image.getAttribute("src") !== source) image.setAttribute("src", source)
}

/** @param {Element} element */
function asElement(element) {
  return /** @type {HTMLElement} */ (element)
}
