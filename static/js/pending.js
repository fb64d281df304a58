// Optimistic display: the confirmed cart with the pending ops applied. Only quantities and the note
// are predicted; prices, totals and all else are the server's newest values.

/** @import { Cart, DisplayedCart, FindProduct, Line, Op } from "./types.d.ts" */

import { bySku } from "./cart.js"

export const MAX_QTY = 99
/** The place of a line that the server has not given one: behind all others. */
export const UNPLACED = Number.MAX_SAFE_INTEGER

/**
 * @param {Cart} cart
 * @param {readonly Op[]} ops  In the order of their numbers.
 * @param {FindProduct} findProduct
 * @returns {DisplayedCart}
 */
export function withPending(cart, ops, findProduct) {
  const by_sku = new Map(cart.lines)
  const suggested = new Map(cart.suggested)
  let { note } = cart
  for (const op of ops) {
    if (op.k === "note.set") note = op.text
    if (op.k !== "line.add" && op.k !== "line.set" && op.k !== "line.suggest") continue
    const list = op.k === "line.suggest" ? suggested : by_sku
    const line = list.get(op.sku) ?? newLine(op.sku, findProduct)
    const qty = op.k === "line.add" && line ? line.qty + op.qty : op.qty
    if (!qty) list.delete(op.sku)
    else if (line) list.set(op.sku, { ...line, qty: Math.min(qty, MAX_QTY) })
  }
  const lines = [...bySku([...by_sku.values()]).values()]
  const for_sale = lines.filter(({ state }) => state !== "sold_out" && state !== "gone")
  return {
    lines,
    saved: [...cart.saved.values()],
    suggested: [...bySku([...suggested.values()]).values()],
    note,
    voucher: cart.voucher,
    totals: cart.totals,
    count: countItems(for_sale),
    unavailable: countItems(lines) - countItems(for_sale),
    pending_skus: new Set(ops.map((op) => ("sku" in op ? op.sku : ""))),
    has_pending: ops.length > 0,
  }
}

/** @param {Line[]} lines */
function countItems(lines) {
  return lines.reduce((sum, line) => sum + line.qty, 0)
}

/**
 * Return a line for a product that the page shows, placed behind all others.
 * @param {string} sku
 * @param {FindProduct} findProduct
 * @returns {Line | undefined}
 */
function newLine(sku, findProduct) {
  const product = findProduct(sku)
  const line = { sku, pos: UNPLACED, qty: 0, stock: null }
  return product && { ...product, ...line, agreed: product.price, state: "ok" }
}
