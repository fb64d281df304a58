// The cart as the shop has confirmed it: values, and how one becomes the next.

/** @import { Cart, CartNow, Lines, LineChanges, Line, Patch, Prices } from "./types.d.ts" */

/**
 * @param {CartNow} now  A snapshot does not say what is settled: the welcome before it did.
 * @returns {Cart}
 */
export function hold({ at, rev, cart, settled = {} }) {
  return { ...cart, at, rev, settled, lines: keyed(cart.lines), saved: keyed(cart.saved) }
}

/**
 * Return `cart` with `patch` in it, or null where patches in between are missing.
 *
 * A patch that is in already leaves the cart as it is.
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
 * Return `cart` at today's prices and stock; its revision and position stay.
 * @param {Cart} cart
 * @param {Omit<Prices, "t" | "items">} prices
 * @returns {Cart}
 */
export function reprice(cart, { lines, saved, voucher = cart.voucher, totals = cart.totals }) {
  const changes = { lines: changed(cart.lines, lines), saved: changed(cart.saved, saved) }
  return { ...cart, ...changes, voucher, totals }
}

/**
 * @param {Lines} lines
 * @param {LineChanges} [changes]  Null takes a line out.
 */
function changed(lines, changes = {}) {
  const kept = [...lines.values()].filter((line) => !Object.hasOwn(changes, line.sku))
  return keyed([...kept, ...Object.values(changes).filter((line) => line !== null)])
}

/**
 * @param {Line[]} lines
 * @returns {Lines}
 */
export function keyed(lines) {
  return new Map(lines.toSorted((a, b) => a.pos - b.pos).map((line) => [line.sku, line]))
}
