// The confirmed cart with the waiting ops on it: what the page shows.
//
// Only quantities and places are shown before they are confirmed. Prices, stock and totals stay
// what the shop said last.

/** @import { Cart } from "./cart.js" */
/** @import { Line, Op, Product, Totals, Voucher } from "./protocol.js" */

import { keyed } from "./cart.js"

const MOST_OF_ONE = 99

/**
 * @typedef {{ lines: Line[], saved: Line[], note: string, voucher: Voucher | null,
 *   totals: Totals, count: number, waits: boolean, touched: ReadonlySet<string> }} Shown
 *   `touched` holds every SKU that an op waits for.
 * @typedef {(sku: string) => Product & { price: number } | undefined} Known
 */

/**
 * Return what the page is to show while `ops` wait.
 * @param {Cart} cart
 * @param {readonly Op[]} ops
 * @param {Known} known  What the page says about a product that is not in the cart.
 * @returns {Shown}
 */
export function pending(cart, ops, known) {
  const now = { lines: new Map(cart.lines), saved: new Map(cart.saved), note: cart.note }
  for (const op of ops) wish(now, op, known)
  const lines = [...keyed([...now.lines.values()]).values()]
  return {
    lines,
    saved: [...keyed([...now.saved.values()]).values()],
    note: now.note,
    voucher: cart.voucher,
    totals: cart.totals,
    count: lines.reduce((sum, line) => sum + (isForSale(line) ? line.qty : 0), 0),
    waits: ops.length > 0,
    touched: new Set(ops.flatMap((op) => ("sku" in op ? [op.sku] : []))),
  }
}

/**
 * @param {{ lines: Map<string, Line>, saved: Map<string, Line>, note: string }} now
 * @param {Op} op
 * @param {Known} known
 */
function wish(now, op, known) {
  const { lines, saved } = now
  if (op.k === "line.add") put(lines, op.sku, (lines.get(op.sku)?.qty ?? 0) + op.qty, known)
  else if (op.k === "line.set") put(lines, op.sku, op.qty, known)
  else if (op.k === "line.save") move(lines, saved, op.sku)
  else if (op.k === "line.unsave") move(saved, lines, op.sku)
  else if (op.k === "note.set") now.note = op.text
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
  else if (line) lines.set(sku, { ...line, qty: Math.min(qty, MOST_OF_ONE) })
}

/**
 * @param {Map<string, Line>} from
 * @param {Map<string, Line>} to
 * @param {string} sku
 */
function move(from, to, sku) {
  const line = from.get(sku)
  const there = to.get(sku)
  from.delete(sku)
  if (!line) return
  const qty = Math.min(line.qty + (there?.qty ?? 0), MOST_OF_ONE)
  to.set(sku, { ...line, qty, pos: there?.pos ?? Number.MAX_SAFE_INTEGER })
}

/**
 * @param {string} sku
 * @param {Known} known
 * @returns {Line | undefined}
 */
function fresh(sku, known) {
  const product = known(sku)
  if (!product) return undefined
  const { price } = product
  const pos = Number.MAX_SAFE_INTEGER
  return { ...product, sku, pos, qty: 0, agreed: price, stock: null, state: "ok" }
}

/** @param {Line} line */
function isForSale({ state }) {
  return state !== "sold_out" && state !== "gone"
}
