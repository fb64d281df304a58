// The cart as the server has confirmed it, as an immutable value, and how messages change it.

/** @import { Cart, InitialCart, Line, LineChanges, Lines, Patch, Prices } from "./types.d.ts" */

/**
 * @param {InitialCart} snapshot  `settled` is absent in a snapshot message: the verdicts of the
 *   welcome before it have settled the outbox.
 * @returns {Cart}
 */
export function cartFrom({ at, rev, cart, settled = {} }) {
  const { lines, saved, suggested = [] } = cart
  const lists = { lines: bySku(lines), saved: bySku(saved), suggested: bySku(suggested) }
  return { ...cart, ...lists, at, rev, settled }
}

/**
 * Return `cart` after `patch`, which may be several revisions newer, or null if patches in between
 * are missing.
 *
 * A patch that was applied before changes nothing.
 * @param {Cart} cart
 * @param {Patch} patch
 */
export function advance(cart, patch) {
  if (patch.rev <= cart.rev) return cart
  if (patch.prev !== cart.rev) return null
  const { at, rev, note = cart.note } = patch
  return { ...reprice(cart, patch), at, rev, note }
}

/**
 * Return `cart` with new prices and stock; its revision and position stay.
 * @param {Cart} cart
 * @param {Omit<Prices, "t" | "items">} changes
 * @returns {Cart}
 */
export function reprice(cart, changes) {
  const { voucher = cart.voucher, totals = cart.totals } = changes
  const lists = {
    lines: applied(cart.lines, changes.lines),
    saved: applied(cart.saved, changes.saved),
    suggested: applied(cart.suggested, changes.suggested),
  }
  return { ...cart, ...lists, voucher, totals }
}

/**
 * @param {Lines} lines
 * @param {LineChanges} [changes]  Null removes a line.
 */
function applied(lines, changes = {}) {
  const kept = [...lines.values()].filter((line) => !Object.hasOwn(changes, line.sku))
  return bySku([...kept, ...Object.values(changes).filter((line) => line !== null)])
}

/**
 * @param {Line[]} lines
 * @returns {Lines}
 */
export function bySku(lines) {
  return new Map(lines.toSorted((a, b) => a.pos - b.pos).map((line) => [line.sku, line]))
}
