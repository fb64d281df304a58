// Writes the cart into the page: its rows, by SKU, and its totals.

/** @import { DisplayedCart, Line } from "../types.d.ts" */

import { money, pluralize, savingText } from "../strings.js"
import { cloneTemplate, hasChanged, query, queryAll, setParts, setProperty } from "./dom.js"
import { glide } from "./glide.js"

const HIGHLIGHT_MS = 1200

const title = document.title
let shown_title = title

/**
 * @param {DisplayedCart} cart
 * @param {boolean} is_outdated  The count is hidden: it may be wrong.
 */
export function showCart({ lines, saved, pending_skus, ...rest }, is_outdated) {
  const showLines = () => {
    for (const list of queryAll("[data-rows]")) {
      showRows(list, list.dataset.rows === "saved" ? saved : lines, pending_skus)
    }
    document.body.toggleAttribute("data-empty", !lines.length)
    setParts(document, "hidden", { "saved-lines": !saved.length })
  }
  const order = [lines, saved].map((list) => list.map((line) => line.sku).join(" ")).join("|")
  if (hasChanged(document.body, order)) glide(showLines)
  else showLines()
  showTotals(rest, is_outdated)
}

/**
 * Highlight the row of `sku` for a moment: another tab changed it.
 * @param {string} sku
 */
export function highlight(sku) {
  for (const row of queryAll(`[data-rows] > [data-sku="${sku}"]`)) {
    row.dataset.tinted = ""
    setTimeout(() => delete row.dataset.tinted, HIGHLIGHT_MS)
  }
}

/**
 * @param {HTMLElement} list
 * @param {readonly Line[]} lines
 * @param {ReadonlySet<string>} pending_skus
 */
function showRows(list, lines, pending_skus) {
  const rows = new Map(queryAll(":scope > [data-sku]", list).map((row) => [row.dataset.sku, row]))
  const wanted = new Set(lines.map((line) => line.sku))
  for (const [sku = "", row] of rows) if (!wanted.has(sku)) removeRow(row)
  let next = list.firstElementChild
  for (const line of lines) {
    const row = rows.get(line.sku) ?? createRow(list, line.sku)
    if (hasChanged(row, line)) fillRow(row, line)
    row.toggleAttribute("data-waits", pending_skus.has(line.sku))
    // Toasts stand between the rows, and stay where they are.
    while (next && !next.matches("[data-sku]")) next = next.nextElementSibling
    if (row === next) next = next.nextElementSibling
    else list.insertBefore(row, next)
  }
}

/**
 * Remove a row; the focus, if it was there, moves to the next.
 * @param {HTMLElement} row
 */
function removeRow(row) {
  const had_focus = row.contains(document.activeElement)
  const next = row.nextElementSibling ?? row.previousElementSibling
  row.remove()
  if (had_focus)
    (next ? query("button, a[data-part=name]", next) : query("[data-cart-title]")).focus()
}

/**
 * @param {HTMLElement} list
 * @param {string} sku
 */
function createRow(list, sku) {
  const row = cloneTemplate(`${list.dataset.rows}-row`)
  const id = `${list.dataset.rows}-${sku}`
  row.dataset.sku = sku
  for (const [at, form] of queryAll("form", row).entries()) form.id = at ? `${id}-qty` : id
  for (const field of queryAll("[form]", row)) field.setAttribute("form", `${id}-qty`)
  for (const field of queryAll('[name="sku"]', row)) setProperty(field, "value", sku)
  return row
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 */
function fillRow(row, { name, unit, slug, image, price, agreed, stock, qty, state }) {
  const href = `/p/${slug}`
  setProperty(row, "data-state", state)
  fillPicture(query("img", row), image)
  setParts(row, "href", { picture: href, name: href, similar: `${href}#similar` })
  setParts(row, "hidden", { each: qty < 2, fall: price >= agreed })
  setParts(row, "textContent", {
    name,
    unit,
    sum: money(price * qty),
    each: `${money(price)} each`,
    agreed: money(agreed),
    price: money(price),
    fall: savingText(agreed - price),
    left: `${stock}`,
    count: `${qty}`,
  })
  setParts(row, "value", { accept: `${price}`, "all-left": `${stock}` })
  setParts(row, "aria-label", {
    save: `Save ${name} for later`,
    remove: `Remove ${name}`,
    unsave: `Move to cart: ${name}`,
  })
  fillStepper(row, name, qty, price)
}

/**
 * Change the name in the address of a picture: the template has the folder.
 * @param {HTMLElement} picture
 * @param {string} image
 */
function fillPicture(picture, image) {
  const src = picture.getAttribute("src") ?? ""
  setProperty(picture, "src", src.replace(/[^/]*$/, `${image}.webp`))
}

/**
 * @param {HTMLElement} root
 * @param {string} name
 * @param {number} qty
 * @param {number} price
 */
export function fillStepper(root, name, qty, price) {
  setParts(root, "value", {
    less: `${Math.max(qty - 1, 0)}`,
    qty: `${qty}`,
    more: `${Math.min(qty + 1, 99)}`,
  })
  setParts(root, "aria-label", {
    less: `One ${name} less`,
    qty: `How many ${name}`,
    more: `One ${name} more`,
  })
  for (const field of queryAll('[name="seen"]', root)) setProperty(field, "value", `${price}`)
}

/**
 * Set the title of the document after the page was painted: browsers take long over it.
 * @param {string} text
 */
function showTitle(text) {
  if (text === shown_title) return
  shown_title = text
  setTimeout(() => {
    document.title = shown_title
  })
}

/**
 * Write totals, voucher and note. Totals are the server's, and marked while an op is pending.
 * @param {Omit<DisplayedCart, "lines" | "saved" | "pending_skus">} cart
 * @param {boolean} is_outdated
 */
function showTotals({ totals, count, has_pending, voucher, note }, is_outdated) {
  const amount = (/** @type {number} */ minor) => money(minor, totals.currency)
  showTitle(count && !is_outdated ? `(${count}) ${title}` : title)
  document.body.toggleAttribute("data-waits", has_pending)
  setParts(document, "textContent", {
    "cart-count": is_outdated ? "…" : `${count}`,
    "cart-items": pluralize(count, "item"),
    subtotal: amount(totals.subtotal),
    discount: amount(-totals.discount),
    delivery: totals.delivery ? amount(totals.delivery) : "Free",
    total: amount(totals.total),
    "voucher-code": voucher?.code ?? "",
    "voucher-label": voucher?.label ?? "",
  })
  setParts(document, "hidden", {
    "discount-row": !totals.discount,
    "voucher-form": Boolean(voucher),
    voucher: !voucher,
  })
  setParts(document, "data-state", { voucher: voucher?.state ?? "" })
  setParts(document, "value", { note })
}
