// Writes the cart into the page: its rows, by SKU, and its totals.

/** @import { DisplayedCart, Line } from "../types.d.ts" */

import { _, filled, PREFIX } from "../i18n.js"
import {
  freeDeliveryText,
  holdText,
  itemsText,
  minimumText,
  money,
  savingText,
} from "../strings.js"
import { cloneTemplate, hasChanged, query, queryAll, setParts, setProperty } from "./dom.js"
import { glide } from "./glide.js"

const HIGHLIGHT_MS = 1200

const title = document.title
let shown_title = title

/**
 * @param {DisplayedCart} cart
 * @param {boolean} is_outdated  The count is hidden: it may be wrong.
 */
export function showCart({ lines, saved, suggested, pending_skus, ...rest }, is_outdated) {
  // What staff suggest is in the card of the help (help.js).
  const { helper = "" } = document.body.dataset
  const others = suggested.filter(({ by }) => by !== helper)
  const lists = /** @type {Record<string, Line[]>} */ ({ lines, saved, suggested: others })
  const showLines = () => {
    for (const list of queryAll("[data-rows]")) {
      showRows(list, lists[list.dataset.rows ?? ""] ?? [], pending_skus)
    }
    document.body.toggleAttribute("data-empty", !lines.length)
    setParts(document, "hidden", {
      "saved-lines": !saved.length,
      "suggested-lines": !others.length,
    })
  }
  const order = Object.values(lists)
    .map((list) => list.map((line) => line.sku).join(" "))
    .join("|")
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
  for (const [sku = "", row] of rows) if (!wanted.has(sku)) row.remove()
  let next = list.firstElementChild
  for (const line of lines) {
    const row = rows.get(line.sku) ?? createRow(list, line)
    if (hasChanged(row, line)) fillRow(row, line)
    row.toggleAttribute("data-waits", pending_skus.has(line.sku))
    // Toasts stand between the rows, and stay where they are.
    while (next && !next.matches("[data-sku]")) next = next.nextElementSibling
    if (row === next) next = next.nextElementSibling
    else list.insertBefore(row, next)
  }
}

/**
 * @param {HTMLElement} list
 * @param {Line} line
 */
function createRow(list, { sku, name }) {
  const row = cloneTemplate(`${list.dataset.rows}-row`)
  const id = `${list.dataset.rows}-${sku}`
  row.dataset.sku = sku
  for (const [at, form] of queryAll("form", row).entries()) form.id = at ? `${id}-qty` : id
  for (const field of queryAll("[form]", row)) field.setAttribute("form", `${id}-qty`)
  for (const field of queryAll('[name="sku"]', row)) setProperty(field, "value", sku)
  for (const each of queryAll("[aria-label]", row))
    each.ariaLabel = filled(each.ariaLabel ?? "", { name })
  return row
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 */
function fillRow(row, line) {
  const { sku, name, unit, slug, image, category, price, agreed, stock, qty, state, deal, off } =
    line
  const held = holdText(line)
  const href = `${PREFIX}/p/${slug}?size=${sku}`
  setProperty(row, "data-state", state)
  fillPicture(query("img", row), image)
  setParts(row, "className", { picture: `plate plate-${category}` })
  setParts(row, "href", { picture: href, name: href, similar: `${href}#similar` })
  setParts(row, "hidden", {
    each: qty < 2,
    fall: price >= agreed,
    hold: !held,
    "all-left": stock === 0,
    tell: stock !== 0,
  })
  setParts(row, "textContent", {
    name,
    unit,
    sum: money(price * qty),
    each: _("%(price)s each", { price: money(price) }),
    agreed: money(agreed),
    price: money(price),
    fall: savingText(agreed - price),
    left: `${stock}`,
    count: `${qty}`,
    hold: held,
    deal: off ? `${deal}: ${money(-off)}` : deal,
  })
  setParts(row, "value", { accept: `${price}`, "all-left": `${stock}` })
  fillStepper(row, qty, price)
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
 * @param {number} qty
 * @param {number} price
 */
export function fillStepper(root, qty, price) {
  setParts(root, "value", {
    less: `${Math.max(qty - 1, 0)}`,
    qty: `${qty}`,
    more: `${Math.min(qty + 1, 99)}`,
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
 * @param {Omit<DisplayedCart, "lines" | "saved" | "suggested" | "pending_skus">} cart
 * @param {boolean} is_outdated
 */
function showTotals(cart, is_outdated) {
  const { totals, count, unavailable, has_pending, voucher, note } = cart
  const least = Number(document.body.dataset.least)
  showTitle(count && !is_outdated ? `(${count}) ${title}` : title)
  document.body.toggleAttribute("data-waits", has_pending)
  setParts(document, "textContent", {
    "cart-count": is_outdated ? "…" : `${count}`,
    "cart-items": itemsText(count, unavailable),
    subtotal: money(totals.subtotal),
    discount: money(-totals.discount),
    delivery: totals.delivery ? money(totals.delivery) : _("Free"),
    tax: money(totals.tax ?? 0),
    total: money(totals.total),
    minimum: minimumText(least, totals.subtotal),
    "free-text": freeDeliveryText(Number(document.body.dataset.freeFrom) - totals.subtotal),
    "voucher-code": voucher?.code ?? "",
    "voucher-label": voucher?.label ?? "",
  })
  setParts(document, "hidden", {
    "discount-row": !totals.discount,
    "voucher-form": Boolean(voucher),
    voucher: !voucher,
    minimum: totals.subtotal >= least,
  })
  setParts(document, "data-state", { voucher: voucher?.state ?? "" })
  setParts(document, "value", { note, "free-bar": `${totals.subtotal}` })
}
