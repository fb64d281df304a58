// The cart, beside the shelves or as a page: rows patched by SKU, and the sums.

/** @import { Line, Shown } from "../types.d.ts" */

import { counted, money, saving } from "../strings.js"
import { change, copy, every, isNews, set, the } from "./dom.js"
import { glide } from "./glide.js"

const TINT_MS = 1200

const title = document.title
let told = title

/**
 * @param {Shown} shown
 * @param {boolean} is_old  The count may not be true any more.
 */
export function showCart({ lines, saved, touched, ...rest }, is_old) {
  const showLines = () => {
    for (const list of every("[data-rows]")) {
      showRows(list, list.dataset.rows === "saved" ? saved : lines, touched)
    }
    document.body.toggleAttribute("data-empty", !lines.length)
    set(document, "hidden", { "saved-lines": !saved.length })
  }
  const order = [lines, saved].map((some) => some.map((line) => line.sku).join(" ")).join("|")
  if (isNews(document.body, order)) glide(showLines)
  else showLines()
  showSums(rest, is_old)
}

/**
 * Tint a row for a moment: its change came from elsewhere.
 * @param {string} sku
 */
export function tint(sku) {
  for (const row of every(`[data-rows] > [data-sku="${sku}"]`)) {
    row.dataset.tinted = ""
    setTimeout(() => delete row.dataset.tinted, TINT_MS)
  }
}

/**
 * @param {HTMLElement} list
 * @param {readonly Line[]} lines
 * @param {ReadonlySet<string>} touched
 */
function showRows(list, lines, touched) {
  const rows = new Map(every(":scope > [data-sku]", list).map((row) => [row.dataset.sku, row]))
  const wanted = new Set(lines.map((line) => line.sku))
  for (const [sku = "", row] of rows) if (!wanted.has(sku)) takeOut(row)
  let next = list.firstElementChild
  for (const line of lines) {
    const row = rows.get(line.sku) ?? freshRow(list, line.sku)
    if (isNews(row, line)) fill(row, line)
    row.toggleAttribute("data-waits", touched.has(line.sku))
    while (next && !next.matches("[data-sku]")) next = next.nextElementSibling
    if (row === next) next = next.nextElementSibling
    else list.insertBefore(row, next)
  }
}

/**
 * Who stood in the row goes on in the next.
 * @param {HTMLElement} row
 */
function takeOut(row) {
  const had_focus = row.contains(document.activeElement)
  const next = row.nextElementSibling ?? row.previousElementSibling
  row.remove()
  if (had_focus) (next ? the("button, a[data-part=name]", next) : the("[data-cart-title]")).focus()
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
  for (const field of every('[name="sku"]', row)) change(field, "value", sku)
  return row
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 */
function fill(row, { name, unit, slug, image, price, agreed, stock, qty, state }) {
  const href = `/p/${slug}`
  change(row, "data-state", state)
  fillPicture(the("img", row), image)
  set(row, "href", { picture: href, name: href, similar: `${href}#similar` })
  set(row, "hidden", { each: qty < 2, fall: price >= agreed })
  set(row, "textContent", {
    name,
    unit,
    sum: money(price * qty),
    each: `${money(price)} each`,
    agreed: money(agreed),
    price: money(price),
    fall: saving(agreed - price),
    left: `${stock}`,
    count: `${qty}`,
  })
  set(row, "value", { accept: `${price}`, "all-left": `${stock}` })
  set(row, "aria-label", {
    save: `Save ${name} for later`,
    remove: `Remove ${name}`,
    unsave: `Move to cart: ${name}`,
  })
  fillStepper(row, name, qty, price)
}

/**
 * The shop says where its pictures are; only the name differs.
 * @param {HTMLElement} picture
 * @param {string} image
 */
function fillPicture(picture, image) {
  const src = picture.getAttribute("src") ?? ""
  change(picture, "src", src.replace(/[^/]*$/, `${image}.webp`))
}

/**
 * @param {HTMLElement} root
 * @param {string} name
 * @param {number} qty
 * @param {number} price
 */
export function fillStepper(root, name, qty, price) {
  set(root, "value", {
    less: `${Math.max(qty - 1, 0)}`,
    qty: `${qty}`,
    more: `${Math.min(qty + 1, 99)}`,
  })
  set(root, "aria-label", {
    less: `One ${name} less`,
    qty: `How many ${name}`,
    more: `One ${name} more`,
  })
  for (const field of every('[name="seen"]', root)) change(field, "value", `${price}`)
}

/**
 * The browser takes its time over a title, and shows it elsewhere: the page comes first.
 * @param {string} text
 */
function showTitle(text) {
  if (text === told) return
  told = text
  setTimeout(() => {
    document.title = told
  })
}

/**
 * The sums are the shop's, and marked while a change waits.
 * @param {Omit<Shown, "lines" | "saved" | "touched">} shown
 * @param {boolean} is_old
 */
function showSums({ totals, count, waits, voucher, note }, is_old) {
  const amount = (/** @type {number} */ sum) => money(sum, totals.currency)
  showTitle(count && !is_old ? `(${count}) ${title}` : title)
  document.body.toggleAttribute("data-waits", waits)
  set(document, "textContent", {
    "cart-count": is_old ? "…" : `${count}`,
    "cart-items": counted(count, "item"),
    subtotal: amount(totals.subtotal),
    discount: amount(-totals.discount),
    delivery: totals.delivery ? amount(totals.delivery) : "Free",
    total: amount(totals.total),
    "voucher-code": voucher?.code ?? "",
    "voucher-label": voucher?.label ?? "",
  })
  set(document, "hidden", {
    "discount-row": !totals.discount,
    "voucher-form": Boolean(voucher),
    voucher: !voucher,
  })
  set(document, "data-state", { voucher: voucher?.state ?? "" })
  set(document, "value", { note })
}
