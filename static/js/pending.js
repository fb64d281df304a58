// The confirmed cart with the waiting ops on it: what the page shows. Only quantities and places
// run ahead; prices, stock and totals stay what the shop said last.

/** @import { Cart, Known, Line, Op, Shown } from "./types.d.ts" */

import { keyed } from "./cart.js"

const MOST = 99
const LAST = Number.MAX_SAFE_INTEGER

/**
 * @param {Cart} cart
 * @param {readonly Op[]} ops
 * @param {Known} known
 * @returns {Shown}
 */
export function pending({ voucher, totals, ...cart }, ops, known) {
  const lines = new Map(cart.lines)
  const saved = new Map(cart.saved)
  let { note } = cart
  for (const op of ops) {
    if (op.k === "line.add") put(lines, op.sku, (lines.get(op.sku)?.qty ?? 0) + op.qty, known)
    if (op.k === "line.set") put(lines, op.sku, op.qty, known)
    if (op.k === "line.save") move(lines, saved, op.sku)
    if (op.k === "line.unsave") move(saved, lines, op.sku)
    if (op.k === "note.set") note = op.text
  }
  const all = inOrder(lines)
  const for_sale = all.filter(({ state }) => state !== "sold_out" && state !== "gone")
  const count = for_sale.reduce((sum, line) => sum + line.qty, 0)
  const touched = new Set(ops.map((op) => ("sku" in op ? op.sku : "")))
  const waits = ops.length > 0
  return { lines: all, saved: inOrder(saved), note, voucher, totals, count, touched, waits }
}

/**
 * @param {Map<string, Line>} lines
 * @param {string} sku
 * @param {number} qty
 * @param {Known} known
 */
function put(lines, sku, qty, known) {
  const line = lines.get(sku) ?? fresh(sku, known)
  if (qty === 0) lines.delete(sku)
  else if (line) lines.set(sku, { ...line, qty: Math.min(qty, MOST) })
}

/**
 * @param {Map<string, Line>} from
 * @param {Map<string, Line>} to
 * @param {string} sku
 */
function move(from, to, sku) {
  const line = from.get(sku)
  if (!line) return
  const { qty, pos } = to.get(sku) ?? { qty: 0, pos: LAST }
  from.delete(sku)
  to.set(sku, { ...line, qty: Math.min(line.qty + qty, MOST), pos })
}

/**
 * @param {string} sku
 * @param {Known} known
 * @returns {Line | undefined}
 */
function fresh(sku, known) {
  const product = known(sku)
  const line = { sku, pos: LAST, qty: 0, stock: null, state: /** @type {const} */ ("ok") }
  return product && { ...product, ...line, agreed: product.price }
}

/** @param {Map<string, Line>} lines */
function inOrder(lines) {
  return [...keyed([...lines.values()]).values()]
}
