// The cart as the shop has confirmed it: values, and how one becomes the next.

/** @import { Line, LineChanges, Patch, Prices, Snapshot, Totals, Voucher } from "./protocol.js" */

/**
 * @typedef {ReadonlyMap<string, Line>} Lines  In the order of `pos`.
 * @typedef {Readonly<{ at: string | null, rev: number, lines: Lines, saved: Lines, note: string,
 *   voucher: Voucher | null, totals: Totals }>} Cart
 */

/**
 * Return the cart of a snapshot.
 * @param {Pick<Snapshot, "at" | "rev" | "cart">} snapshot
 * @returns {Cart}
 */
export function hold({ at, rev, cart }) {
  const { note, voucher, totals } = cart
  return { at, rev, lines: keyed(cart.lines), saved: keyed(cart.saved), note, voucher, totals }
}

/**
 * Return `cart` with `patch` in it, or null where patches in between are missing.
 *
 * A patch that is in already leaves the cart as it is.
 * @param {Cart} cart
 * @param {Patch} patch
 * @returns {Cart | null}
 */
export function advance(cart, patch) {
  if (patch.rev <= cart.rev) return cart
  if (patch.prev !== cart.rev) return null
  return {
    at: patch.at,
    rev: patch.rev,
    lines: changed(cart.lines, patch.lines),
    saved: changed(cart.saved, patch.saved),
    note: patch.note ?? cart.note,
    voucher: patch.voucher === undefined ? cart.voucher : patch.voucher,
    totals: patch.totals,
  }
}

/**
 * Return `cart` at today's prices and stock; its revision and position stay.
 * @param {Cart} cart
 * @param {Prices} prices
 * @returns {Cart}
 */
export function reprice(cart, prices) {
  return {
    ...cart,
    lines: changed(cart.lines, prices.lines),
    saved: changed(cart.saved, prices.saved),
    voucher: prices.voucher === undefined ? cart.voucher : prices.voucher,
    totals: prices.totals ?? cart.totals,
  }
}

/**
 * @param {Lines} lines
 * @param {LineChanges} [changes]
 * @returns {Lines}
 */
function changed(lines, changes) {
  if (!changes) return lines
  const all = new Map(lines)
  for (const [sku, line] of Object.entries(changes)) {
    if (line) all.set(sku, line)
    else all.delete(sku)
  }
  return keyed([...all.values()])
}

/**
 * @param {Line[]} lines
 * @returns {Lines}
 */
export function keyed(lines) {
  return new Map(lines.toSorted((a, b) => a.pos - b.pos).map((line) => [line.sku, line]))
}
