// The confirmed cart with the waiting ops on it: what the page shows. Quantities and the note run
// ahead; all else is what the shop said last.

/** @import { Cart, Known, Line, Op, Shown } from "./types.d.ts" */

import { keyed } from "./cart.js"

const MOST = 99

/**
 * @param {Cart} cart
 * @param {readonly Op[]} ops
 * @param {Known} known
 * @returns {Shown}
 */
export function pending(cart, ops, known) {
  const held = new Map(cart.lines)
  let { note } = cart
  for (const op of ops) {
    if (op.k === "note.set") note = op.text
    if (op.k !== "line.add" && op.k !== "line.set") continue
    const line = held.get(op.sku) ?? fresh(op.sku, known)
    const qty = op.k === "line.add" && line ? line.qty + op.qty : op.qty
    if (!qty) held.delete(op.sku)
    else if (line) held.set(op.sku, { ...line, qty: Math.min(qty, MOST) })
  }
  const lines = [...keyed([...held.values()]).values()]
  const for_sale = lines.filter(({ state }) => state !== "sold_out" && state !== "gone")
  return {
    lines,
    saved: [...cart.saved.values()],
    note,
    voucher: cart.voucher,
    totals: cart.totals,
    count: for_sale.reduce((sum, line) => sum + line.qty, 0),
    touched: new Set(ops.map((op) => ("sku" in op ? op.sku : ""))),
    waits: ops.length > 0,
  }
}

/**
 * @param {string} sku
 * @param {Known} known
 * @returns {Line | undefined}
 */
function fresh(sku, known) {
  const product = known(sku)
  const line = { sku, pos: Number.MAX_SAFE_INTEGER, qty: 0, stock: null }
  return product && { ...product, ...line, agreed: product.price, state: "ok" }
}
